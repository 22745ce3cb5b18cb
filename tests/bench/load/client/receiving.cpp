#include "client/receiving.hpp"

#include <algorithm>
#include <cstdlib>

#include "client/sending.hpp"
#include "client/session.hpp"
#include "client/tally.hpp"

namespace load {
namespace {

char g_scratch[1 << 18];

// The take_... functions consume what is complete at the start of [q, q+m) and return how much that was: 0 if it is not
// complete; `need` is then set to the full size where that is known. After a failure what they return does not matter.

size_t take_upgrade(Conn& c, const char* q, size_t m) {
  size_t used = 4;
  if (ep.ws) {
    string_view v(q, m);
    auto e = v.find("\r\n\r\n");
    if (e == v.npos) return 0;
    v = v.substr(0, e + 2);
    if (v.substr(0, 12) != "HTTP/1.1 101") { fail(c, "upgrade refused: " + string(v.substr(0, v.find('\r')))); return 0; }
    if (opt.deflate && v.find("permessage-deflate") != v.npos) {
      int bits = 15;
      if (auto b = v.find("client_max_window_bits="); b != v.npos) bits = std::max(9, std::atoi(v.data() + b + 23));
      c.z = std::make_unique<Deflate>(v.find("client_no_context_takeover") != v.npos, v.find("server_no_context_takeover") != v.npos, bits);
    }
    used += e;
  } else {
    if (m < 4) return 0;
    if (u8(q[0]) != 0x7f || (q[1] & 15) == 0) { fail(c, "RawSocket handshake refused"); return 0; }
  }
  after_upgrade(c);
  return used;
}

size_t take_raw_frame(Conn& c, const char* q, size_t m, size_t& need) {
  auto* h = reinterpret_cast<const u8*>(q);
  if (m < 4) return 0;
  size_t len = raw_length(h);
  if (m < 4 + len) { need = 4 + len; return 0; }
  if ((h[0] & 7) == 0) on_message(c, q + 4, len);
  else if ((h[0] & 7) == 1) {                  // ping: answer pong
    char r[4] = {2, q[1], q[2], q[3]};
    c.out.append(r, 4).append(q + 4, len);
    queue_flush(c);
  }
  return 4 + len;
}

size_t take_ws_frame(Conn& c, const char* q, size_t m, size_t& need) {
  auto* h = reinterpret_cast<const u8*>(q);
  size_t hl;
  u64 len;
  if (!ws_length(h, m, hl, len)) return 0;
  if (h[1] & 0x80) { fail(c, "masked frame from the server"); return 0; }
  if (m < hl + len) { need = hl + len; return 0; }
  u8 op = h[0] & 15;
  bool fin = h[0] & 0x80, rsv1 = h[0] & 0x40;
  size_t used = hl + len;
  const char* body = q + hl;
  if (op >= 8) {
    if (op == 8) { fail(c, "closed by the server, code " + (len >= 2 ? std::to_string(u8(body[0]) << 8 | u8(body[1])) : "none")); return used; }
    if (op == 9) { send_control(c, 10, {body, size_t(len)}); queue_flush(c); }
    return used;
  }
  const char* msg = body;
  size_t mlen = len;
  if (!fin || op == 0) {
    if (op) c.frag.clear(), c.frag_deflated = rsv1;
    c.frag.append(body, len);
    if (!fin) return used;
    msg = c.frag.data(), mlen = c.frag.size(), rsv1 = c.frag_deflated;
  }
  if (rsv1) {
    static string plain;
    if (!c.z || !c.z->unpack({msg, mlen}, plain)) { fail(c, "bad compressed message"); return used; }
    msg = plain.data(), mlen = plain.size();
  }
  on_message(c, msg, mlen);
  return used;
}

// Consumes what is complete in [p, p+n) and returns how much that was; `need` is set to the full size of the frame that
// is still incomplete, where that is known.
size_t consume(Conn& c, const char* p, size_t n, size_t& need) {
  size_t used = 0;
  need = 0;
  while (c.fd >= 0 && used < n) {
    const char* q = p + used;
    size_t m = n - used;
    size_t k = c.st == St::upgrade ? take_upgrade(c, q, m)
             : ep.ws               ? take_ws_frame(c, q, m, need)
                                   : take_raw_frame(c, q, m, need);
    if (!k) break;
    used += k;
  }
  return used;
}

}  // namespace

void on_readable(Conn& c) {
  for (;;) {
    bool own = c.in.length > 0;                 // continue an incomplete frame in place
    char* base = own ? c.in.octets.data() : g_scratch;
    size_t have = c.in.length, cap = own ? c.in.octets.size() : sizeof g_scratch;
    ssize_t r = io_read(c, base + have, cap - have);
    if (r == -1) break;
    if (r <= 0) return fail(c, r == 0 ? "end of stream" : "read failed");
    tally.rx += u64(r);
    have += size_t(r);
    size_t need, used = consume(c, base, have, need);
    if (c.fd < 0) return;
    c.in.keep(base + used, have - used, need);
    if (!c.ssl && size_t(r) < cap - (have - size_t(r))) break;  // socket drained
  }
}

}  // namespace load
