#include "stub/receiving.hpp"

#include <cstring>

#include "stub/handshake.hpp"
#include "stub/router.hpp"
#include "stub/sending.hpp"

namespace stub {
namespace {

void unmask(char* p, size_t n, u32 key) {
  u64 k = u64(key) << 32 | key;
  size_t i = 0;
  for (; i + 8 <= n; i += 8) { u64 v; std::memcpy(&v, p + i, 8), v ^= k, std::memcpy(p + i, &v, 8); }
  for (; i < n; i++) p[i] ^= char(key >> (8 * (i & 3)));
}

// The take_... functions return the size of the frame at q, 0 if it is not complete.

size_t take_raw_frame(Conn& c, char* q, size_t m, size_t& need, bool& ok) {
  u8* h = reinterpret_cast<u8*>(q);
  if (m < 4) return 0;
  size_t len = raw_length(h);
  if (m < 4 + len) { need = 4 + len; return 0; }
  if ((h[0] & 7) == 0) ok = on_message(c, q + 4, len);
  else if ((h[0] & 7) == 1) h[0] = 2, g_out.append(q, 4 + len);
  return 4 + len;
}

size_t take_ws_frame(Conn& c, char* q, size_t m, size_t& need, bool& ok) {
  u8* h = reinterpret_cast<u8*>(q);
  size_t hl;
  u64 len;
  if (!ws_length(h, m, hl, len)) return 0;
  u32 key = 0;
  if (h[1] & 0x80) { if (m < hl + 4) return 0; std::memcpy(&key, q + hl, 4), hl += 4; }
  if (m < hl + len) { need = hl + len; return 0; }
  size_t used = hl + len;
  if (key) unmask(q + hl, len, key);
  u8 op = h[0] & 15;
  bool fin = h[0] & 0x80;
  if (op == 8) { frame_head(c, 8, len), g_out.append(q + hl, len); ok = false; return used; }
  if (op == 9) { frame_head(c, 10, len), g_out.append(q + hl, len); return used; }
  if (op > 8) return used;
  if (fin && op) { ok = on_message(c, q + hl, len); return used; }
  if (op) c.frag.clear();
  c.frag.append(q + hl, len);
  if (fin) ok = on_message(c, c.frag.data(), c.frag.size());
  return used;
}

}  // namespace

size_t consume(Conn& c, char* p, size_t n, size_t& need, bool& ok) {
  size_t used = 0;
  need = 0;
  while (ok && used < n) {
    char* q = p + used;
    size_t m = n - used;
    size_t k = c.kind == Conn::raw ? take_raw_frame(c, q, m, need, ok)
             : c.kind == Conn::ws  ? take_ws_frame(c, q, m, need, ok)
             : *q == 0x7f          ? raw_handshake(c, q, m, ok)
                                   : ws_handshake(c, {q, m}, ok);
    if (!k) break;
    used += k;
  }
  return used;
}

}  // namespace stub
