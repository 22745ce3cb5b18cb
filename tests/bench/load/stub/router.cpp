#include "stub/router.hpp"

#include <cstring>

#include "stub/sending.hpp"
#include "stub/values.hpp"

namespace stub {
namespace {

// An answer that starts [type, id ...: the id is copied from the request as it stands.
string head(Ser s, size_t n, u8 type, string_view id) {
  string h;
  if (s == Ser::json) h = "[" + std::to_string(type) + "," + string(id);
  else if (s == Ser::msgpack) h += char(0x90 | n), h += char(type), h += id;   // type < 128
  else { h += char(0x80 | n); if (type >= 24) h += char(0x18); h += char(type); h += id; }
  return h;
}

string welcome(Ser s) {
  u64 id = g_session++;
  if (s == Ser::json)
    return "[2," + std::to_string(id) + R"(,{"authid":"anonymous","authmethod":"anonymous","authrole":"anonymous","roles":{"broker":{"features":{}},"dealer":{"features":{}}}}])";
  string m;
  auto str = [&](string_view t) { m += char((s == Ser::cbor ? 0x60 : 0xa0) | t.size()), m += t; };
  auto map = [&](size_t n) { m += char((s == Ser::cbor ? 0xa0 : 0x80) | n); };
  m += char((s == Ser::cbor ? 0x80 : 0x90) | 3), m += char(2);
  m += char(s == Ser::cbor ? 0x1a : 0xce);
  for (int i = 24; i >= 0; i -= 8) m += char(id >> i);
  map(4);
  for (auto k : {"authid", "authmethod", "authrole"}) str(k), str("anonymous");
  str("roles"), map(2);
  for (auto k : {"broker", "dealer"}) str(k), map(1), str("features"), map(0);
  return m;
}

}  // namespace

bool on_message(Conn& c, const char* data, size_t n) {
  if (c.ser == Ser::none) { frame_head(c, 2, n); g_out.append(data, n); return true; }
  auto *p = reinterpret_cast<const u8*>(data), *e = p + n;
  Ser s = c.ser;
  u64 items = 0, type = 0;
  bool indefinite = false;
  auto sep = [&] { if (s == Ser::json && p) { p = skip_ws(p, e); if (p < e && *p == ',') p++; p = skip_ws(p, e); } };
  if (p == e) return false;
  if (s == Ser::json) { p = skip_ws(p, e); if (p == e || *p++ != '[') return false; p = skip_ws(p, e); }
  else { u8 b = *p++; items = b & 15; indefinite = s == Ser::cbor && b == 0x9f; }
  if (s == Ser::json) while (p < e && *p >= '0' && *p <= '9') type = type * 10 + (*p++ - '0');
  else { if (p == e) return false; type = *p++; if (s == Ser::cbor && type == 0x18) { if (p == e) return false; type = *p++; } }

  if (type == 1) { reply(c, welcome(s)); return true; }
  if (type == 6) {
    reply(c, s == Ser::json ? string_view(R"([6,{},"wamp.close.goodbye_and_out"])")
           : s == Ser::cbor ? string_view("\x83\x06\xa0\x78\x1a" "wamp.close.goodbye_and_out", 31)
                            : string_view("\x93\x06\x80\xba" "wamp.close.goodbye_and_out", 30));
    return true;
  }
  sep();
  const u8* id = p;                                    // all others carry a request id
  if (!(p = skip(s, p, e))) return false;
  string_view ids(reinterpret_cast<const char*>(id), size_t(p - id));
  sep();
  if (type == 48) {                                    // CALL: drop options and procedure, keep the rest
    if (!(p = skip(s, p, e))) return false;
    sep();
    if (!(p = skip(s, p, e))) return false;
    string_view rest(reinterpret_cast<const char*>(p), size_t(e - p));
    char h[48];
    size_t k = 0;
    if (s == Ser::json) {
      std::memcpy(h, "[50,", 4), k = 4;
    } else if (s == Ser::msgpack) {
      h[k++] = char(0x90 | (items - 1)), h[k++] = 50;
    } else {
      h[k++] = char(indefinite ? 0x9f : 0x80 | (items - 1)), h[k++] = 0x18, h[k++] = 50;
    }
    if (ids.size() > 24) return false;
    std::memcpy(h + k, ids.data(), ids.size()), k += ids.size();
    if (s == Ser::json) std::memcpy(h + k, ",{}", 3), k += 3;
    else h[k++] = char(s == Ser::cbor ? 0xa0 : 0x80);
    reply(c, {h, k}, rest);
    g_calls++;
    return true;
  }
  u8 answer = type == 32 ? 33 : type == 64 ? 65 : type == 16 ? 17 : type == 34 ? 35 : type == 66 ? 67 : 0;
  if (!answer) return true;                            // EVENTs of ours are not asked for
  bool with_id = answer == 33 || answer == 65 || answer == 17;
  string m = head(s, with_id ? 3 : 2, answer, ids);
  if (s == Ser::json) m += with_id ? "," + string(ids) + "]" : "]";
  else if (with_id) m += ids;
  reply(c, m);
  return true;
}

}  // namespace stub
