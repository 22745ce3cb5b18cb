#include "stub/handshake.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <strings.h>

namespace stub {
namespace {

bool ieq(string_view a, string_view b) { return a.size() == b.size() && !strncasecmp(a.data(), b.data(), a.size()); }

}  // namespace

size_t raw_handshake(Conn& c, const char* q, size_t m, bool& ok) {
  if (m < 4) return 0;
  u8 s = q[1] & 15;
  if (s < 1 || s > 3) { g_out.append("\x7f\x10\0\0", 4); ok = false; return 0; }
  c.kind = Conn::raw, c.ser = Ser(s);
  char r[4] = {0x7f, char(0xf0 | s), 0, 0};
  g_out.append(r, 4);
  return 4;
}

size_t ws_handshake(Conn& c, string_view v, bool& ok) {
  auto end = v.find("\r\n\r\n");
  if (end == v.npos) { ok = v.size() < 16384; return 0; }
  string_view head = v.substr(0, end + 2), key, proto;
  for (size_t at = head.find("\r\n") + 2; at < head.size();) {
    size_t eol = head.find("\r\n", at);
    string_view line = head.substr(at, eol - at);
    at = eol + 2;
    auto colon = line.find(':');
    if (colon == line.npos) continue;
    string_view name = line.substr(0, colon), val = line.substr(colon + 1);
    while (!val.empty() && val.front() == ' ') val.remove_prefix(1);
    while (!val.empty() && val.back() == ' ') val.remove_suffix(1);
    if (ieq(name, "Sec-WebSocket-Key")) key = val;
    if (ieq(name, "Sec-WebSocket-Protocol")) proto = val;
  }
  if (key.empty()) {                                   // a health check or a stray request
    g_out += "HTTP/1.1 426 Upgrade Required\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    ok = false;
    return end + 4;
  }
  string_view chosen;
  while (!proto.empty() && chosen.empty()) {
    auto comma = proto.find(',');
    string_view t = proto.substr(0, comma);
    proto = comma == proto.npos ? string_view{} : proto.substr(comma + 1);
    while (!t.empty() && t.front() == ' ') t.remove_prefix(1);
    while (!t.empty() && t.back() == ' ') t.remove_suffix(1);
    if (t == "wamp.2.json") c.ser = Ser::json, chosen = t;
    else if (t == "wamp.2.msgpack") c.ser = Ser::msgpack, chosen = t;
    else if (t == "wamp.2.cbor") c.ser = Ser::cbor, chosen = t;
  }
  string src = string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  u8 dig[20], b64[32];
  SHA1(reinterpret_cast<const u8*>(src.data()), src.size(), dig);
  EVP_EncodeBlock(b64, dig, 20);
  g_out += "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";
  g_out += reinterpret_cast<char*>(b64);
  if (!chosen.empty()) g_out += "\r\nSec-WebSocket-Protocol: ", g_out += chosen;
  g_out += "\r\n\r\n";
  c.kind = Conn::ws;
  return end + 4;
}

}  // namespace stub
