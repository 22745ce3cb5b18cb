#include "client/session.hpp"

#include <cstring>

#include "client/sending.hpp"
#include "client/tally.hpp"
#include "client/wamp.hpp"

namespace load {
namespace {

void became_ready(Conn& c) {
  c.st = St::ready;
  tally.opening--, tally.ready++;
  if (opt.mode == Mode::connect) {
    if (phase.measuring) tally.latency.add(now_ns() - c.t_open), tally.done++;
    if (opt.count && tally.done >= opt.count) phase.stop = true;
    if (ep.ws && !opt.rst) send_control(c, 8, string_view("\x03\xe8", 2)), flush(c);
    drop(c);
  } else {
    size_t cap = 4;
    while (cap < opt.window * 4u) cap *= 2;
    c.sent.assign(cap, 0);
  }
}

}  // namespace

void start_protocol(Conn& c) {
  c.st = St::upgrade;
  if (ep.ws) {
    const char* sub = opt.ser == Ser::json ? "wamp.2.json" : opt.ser == Ser::cbor ? "wamp.2.cbor" : "wamp.2.msgpack";
    c.out = "GET " + opt.path + " HTTP/1.1\r\nHost: " + ep.host + (ep.port.empty() ? "" : ":" + ep.port) +
            "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    if (!opt.raw) c.out += string("Sec-WebSocket-Protocol: ") + sub + "\r\n";
    if (opt.deflate) c.out += "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    c.out += "\r\n";
  } else {
    char h[4] = {0x7f, char(0xf0 | (opt.ser == Ser::json ? 1 : opt.ser == Ser::msgpack ? 2 : 3)), 0, 0};
    c.out.assign(h, 4);
  }
  flush(c);
}

void after_upgrade(Conn& c) {
  if (opt.raw) return became_ready(c);
  c.st = St::welcome;
  send_message(c, g_hello, {});
  flush(c);
}

void on_message(Conn& c, const char* p, size_t n) {
  u64 id = 0;
  if (opt.raw) {
    if (c.st != St::ready) return;
    if (n != g_payload.size()) return fail(c, "echo of another length");
    id = ++c.acked;
    if (opt.verify && (c.answers++ & 63) == 0 && std::memcmp(p, g_payload.data(), n)) return fail(c, "echo differs");
  } else {
    Prefix m(p, n);
    u64 type = 0;
    if (!m.begin() || !m.uint(type)) return fail(c, "not a WAMP message");
    if (c.st == St::welcome) {
      if (type == 2) return became_ready(c);
      return fail(c, "no WELCOME but type " + std::to_string(type) + ": " + string(p, std::min<size_t>(n, 200)));
    }
    if (type != 50 || !m.uint(id)) return fail(c, "unexpected message type " + std::to_string(type) + ": " + string(p, std::min<size_t>(n, 200)));
    if (opt.verify && opt.body == Body::str && (c.answers++ & 63) == 0 && !memmem(p, n, g_payload.data(), g_payload.size()))
      return fail(c, "payload not found in the RESULT");
  }
  if (id >= c.next_id || !c.inflight) return fail(c, "answer to no request");
  c.inflight--;
  u64 t = now_ns();
  if (phase.measuring) tally.latency.add(t - c.sent[id & (c.sent.size() - 1)]), tally.done++;
  if (opt.count && tally.done >= opt.count) phase.stop = true;
  if (phase.running && !opt.rate) send_request(c, t);
}

}  // namespace load
