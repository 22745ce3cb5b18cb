#include "client/wamp.hpp"

#include "client/wamp_writer.hpp"

namespace load {
namespace {

string random_text(size_t n) {                  // JSON-safe, compresses to about 3/4
  static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  string s(n, ' ');
  for (auto& c : s) c = abc[rnd() >> 58];
  return s;
}

string hello_message() {
  Writer w(opt.ser);
  w.array(3), w.uint(1), w.str(opt.realm);
  w.map(2);
  w.str("authmethods"), w.array(1), w.str("anonymous");
  w.str("roles"), w.map(4);
  for (auto r : {"caller", "callee", "publisher", "subscriber"}) w.str(r), w.map(0);
  return w.out;
}

void write_args(Writer& w) {
  switch (opt.body) {
    case Body::str:
      w.array(1), w.str(g_payload);
      break;
    case Body::kw:
      w.array(6), w.uint(7), w.uint(1234), w.str("green"), w.uint(70000), w.str("sensor-17"), w.boolean(true);
      w.map(5);
      w.str("id"), w.uint(4711);
      w.str("name"), w.str("living room");
      w.str("value"), w.real(21.5);
      w.str("ok"), w.boolean(true);
      w.str("tags"), w.array(2), w.str("a"), w.str("bc");
      break;
    case Body::nested:
      w.array(1), w.array(24);
      for (int i = 0; i < 24; i++) {
        w.map(6);
        w.str("id"), w.uint(u64(1000 + i));
        w.str("uuid"), w.str("6f1f3f0a-5b2c-4c57-9a51-0c6ad3f1e2b4");
        w.str("pos"), w.array(3), w.real(1.25 * i), w.real(-0.5 * i), w.real(3.14159);
        w.str("state"), w.str(i % 2 ? "active" : "idle");
        w.str("n"), w.uint(u64(i));
        w.str("meta"), w.map(2), w.str("created"), w.uint(1700000000u + u64(i)), w.str("owner"), w.str("device");
      }
      break;
  }
}

void make_tail() {
  g_payload = random_text(opt.size);
  // Encode [48, 1, {}, procedure, args(, kwargs)] once and cut off what head() writes.
  Writer w(opt.ser);
  w.array(opt.body == Body::kw ? 6 : 5), w.uint(48), w.uint(1), w.map(0), w.str(opt.procedure);
  write_args(w);
  size_t cut = opt.ser == Ser::json ? 5 : opt.ser == Ser::cbor ? 4 : 3;  // "[48,1" | 85 18 30 01 | 95 30 01
  g_tail = w.out.substr(cut);
}

}  // namespace

void encode_messages() {
  make_tail();
  g_hello = hello_message();
}

size_t call_head(u64 id, char* b) {
  char* p = b;
  u8 n = opt.body == Body::kw ? 6 : 5;
  auto be = [&](u64 v, int k) { while (k--) *p++ = char(v >> (8 * k)); };
  if (opt.ser == Ser::json) return size_t(std::snprintf(b, 32, "[48,%llu", (unsigned long long)id));
  if (opt.ser == Ser::cbor) {
    *p++ = char(0x80 | n), *p++ = 0x18, *p++ = 48;
    if (id < 24) *p++ = char(id);
    else if (id < 256) *p++ = 0x18, be(id, 1);
    else if (id < 65536) *p++ = 0x19, be(id, 2);
    else *p++ = 0x1a, be(id, 4);
  } else {
    *p++ = char(0x90 | n), *p++ = 48;
    if (id < 128) *p++ = char(id);
    else if (id < 256) *p++ = char(0xcc), be(id, 1);
    else if (id < 65536) *p++ = char(0xcd), be(id, 2);
    else *p++ = char(0xce), be(id, 4);
  }
  return size_t(p - b);
}

}  // namespace load
