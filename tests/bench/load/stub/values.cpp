#include "stub/values.hpp"

#include <cstring>

namespace stub {

const u8* skip_ws(const u8* p, const u8* e) {
  while (p < e && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')) p++;
  return p;
}

namespace {

// Each returns the position after one value, or nullptr if it runs out.

const u8* json_string(const u8* p, const u8* e) {      // p is after the opening quote
  for (;;) {
    auto* q = static_cast<const u8*>(std::memchr(p, '"', size_t(e - p)));
    if (!q) return nullptr;
    size_t back = 0;
    while (q - back > p && q[-1 - ssize_t(back)] == '\\') back++;
    p = q + 1;
    if (!(back & 1)) return p;
  }
}

const u8* skip_json(const u8* p, const u8* e) {
  p = skip_ws(p, e);
  size_t depth = 0;
  while (p < e) {
    u8 c = *p++;
    if (c == '"') { if (!(p = json_string(p, e))) return nullptr; }
    else if (c == '{' || c == '[') { depth++; continue; }
    else if (c == '}' || c == ']') { if (!depth) return nullptr; depth--; }
    else if (depth) continue;                          // inside: only nesting matters
    else while (p < e && *p != ',' && *p != ']' && *p != '}') p++;
    if (!depth) return p;
  }
  return nullptr;
}

const u8* skip_msgpack(const u8* p, const u8* e) {
  for (u64 todo = 1; todo; todo--) {
    if (p >= e) return nullptr;
    u8 b = *p++;
    u64 skip = 0;
    auto be = [&](int n) { u64 v = 0; if (e - p < n) { p = e + 1; return v; } while (n--) v = v << 8 | *p++; return v; };
    if (b < 0x80 || b >= 0xe0) {}
    else if (b < 0x90) todo += 2 * u64(b & 15);
    else if (b < 0xa0) todo += b & 15;
    else if (b < 0xc0) skip = b & 31;
    else switch (b) {
      case 0xc0: case 0xc2: case 0xc3: break;
      case 0xc4: case 0xd9: skip = be(1); break;
      case 0xc5: case 0xda: skip = be(2); break;
      case 0xc6: case 0xdb: skip = be(4); break;
      case 0xc7: skip = be(1) + 1; break;
      case 0xc8: skip = be(2) + 1; break;
      case 0xc9: skip = be(4) + 1; break;
      case 0xca: case 0xce: case 0xd2: skip = 4; break;
      case 0xcb: case 0xcf: case 0xd3: skip = 8; break;
      case 0xcc: case 0xd0: skip = 1; break;
      case 0xcd: case 0xd1: skip = 2; break;
      case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8: skip = 1 + (1u << (b - 0xd4)); break;
      case 0xdc: todo += be(2); break;
      case 0xdd: todo += be(4); break;
      case 0xde: todo += 2 * be(2); break;
      case 0xdf: todo += 2 * be(4); break;
      default: return nullptr;
    }
    if (p > e || u64(e - p) < skip) return nullptr;
    p += skip;
  }
  return p;
}

const u8* skip_cbor(const u8* p, const u8* e, int depth = 0) {
  if (p >= e || depth > 64) return nullptr;
  u8 b = *p++, major = b >> 5, info = b & 31;
  u64 v = info;
  if (info >= 24 && info < 28) {
    int n = 1 << (info - 24);
    if (e - p < n) return nullptr;
    for (v = 0; n--;) v = v << 8 | *p++;
  } else if (info == 31) {                             // indefinite length
    if (major < 2 || major == 6) return nullptr;
    while (p < e && *p != 0xff) if (!(p = skip_cbor(p, e, depth + 1))) return nullptr;
    return p < e ? p + 1 : nullptr;
  } else if (info >= 28) return nullptr;
  switch (major) {
    case 2: case 3: return u64(e - p) < v ? nullptr : p + v;
    case 4: case 5:
      for (u64 i = 0, n = major == 5 ? 2 * v : v; i < n; i++) if (!(p = skip_cbor(p, e, depth + 1))) return nullptr;
      return p;
    case 6: return skip_cbor(p, e, depth + 1);
    default: return p;
  }
}

}  // namespace

const u8* skip(Ser s, const u8* p, const u8* e) {
  return s == Ser::json ? skip_json(p, e) : s == Ser::cbor ? skip_cbor(p, e) : skip_msgpack(p, e);
}

}  // namespace stub
