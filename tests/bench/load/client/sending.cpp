#include "client/sending.hpp"

#include <cstring>

#include "client/wamp.hpp"

namespace load {
namespace {

void mask_append(string& out, string_view s, u32 key, size_t phase) {
  size_t at = out.size(), n = s.size(), i = 0;
  out.resize(at + n);
  char* d = out.data() + at;
  if (phase & 3) key = key >> (8 * (phase & 3)) | key << (32 - 8 * (phase & 3));
  u64 k = u64(key) << 32 | key;
  for (; i + 8 <= n; i += 8) {
    u64 v;
    std::memcpy(&v, s.data() + i, 8), v ^= k, std::memcpy(d + i, &v, 8);
  }
  for (; i < n; i++) d[i] = char(s[i] ^ char(key >> (8 * (i & 3))));
}

void put_frame_head(string& out, u8 op, bool rsv1, size_t n, u32 key) {
  u8 h[14];
  size_t k = 2;
  h[0] = u8(0x80 | (rsv1 ? 0x40 : 0) | op);
  if (n < 126) h[1] = u8(0x80 | n);
  else if (n < 65536) h[1] = 0x80 | 126, h[2] = u8(n >> 8), h[3] = u8(n), k = 4;
  else { h[1] = 0x80 | 127; for (int i = 0; i < 8; i++) h[2 + i] = u8(u64(n) >> (56 - 8 * i)); k = 10; }
  std::memcpy(h + k, &key, 4);
  out.append(reinterpret_cast<char*>(h), k + 4);
}

}  // namespace

void send_message(Conn& c, string_view a, string_view b) {
  if (!ep.ws) {
    size_t n = a.size() + b.size();
    char h[4] = {0, char(n >> 16), char(n >> 8), char(n)};
    c.out.append(h, 4).append(a).append(b);
    return;
  }
  u8 op = opt.raw || opt.ser != Ser::json ? 2 : 1;
  u32 key = u32(rnd());
  if (c.z) {
    static string whole, packed;
    whole.assign(a).append(b);
    c.z->pack(whole, packed);
    put_frame_head(c.out, op, true, packed.size(), key);
    mask_append(c.out, packed, key, 0);
    return;
  }
  put_frame_head(c.out, op, false, a.size() + b.size(), key);
  mask_append(c.out, a, key, 0);
  mask_append(c.out, b, key, a.size());
}

void send_control(Conn& c, u8 op, string_view body) {
  u32 key = u32(rnd());
  put_frame_head(c.out, op, false, body.size(), key);
  mask_append(c.out, body, key, 0);
}

void send_request(Conn& c, u64 t) {
  u64 id = c.next_id++;
  c.sent[id & (c.sent.size() - 1)] = t;
  c.inflight++;
  if (opt.raw) { send_message(c, g_payload, {}); }
  else {
    char h[32];
    size_t n = call_head(id, h);
    send_message(c, {h, n}, g_tail);
  }
  queue_flush(c);
}

}  // namespace load
