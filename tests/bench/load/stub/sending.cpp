#include "stub/sending.hpp"

namespace stub {

void frame_head(const Conn& c, u8 op, size_t n) {
  if (c.kind == Conn::raw) {
    char h[4] = {0, char(n >> 16), char(n >> 8), char(n)};
    g_out.append(h, 4);
    return;
  }
  u8 h[10];
  size_t k = 2;
  h[0] = u8(0x80 | op);
  if (n < 126) h[1] = u8(n);
  else if (n < 65536) h[1] = 126, h[2] = u8(n >> 8), h[3] = u8(n), k = 4;
  else { h[1] = 127; for (int i = 0; i < 8; i++) h[2 + i] = u8(u64(n) >> (56 - 8 * i)); k = 10; }
  g_out.append(reinterpret_cast<char*>(h), k);
}

void reply(const Conn& c, string_view a, string_view b) {
  frame_head(c, c.ser == Ser::json ? 1 : 2, a.size() + b.size());
  g_out.append(a).append(b);
}

}  // namespace stub
