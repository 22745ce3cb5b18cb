#pragma once

#include <vector>

#include "client/options.hpp"

namespace load {

// A writer that emits the same value tree as JSON, MessagePack or CBOR. Containers
// are announced with their length; only what the tool needs is here.
class Writer {
 public:
  explicit Writer(Ser s) : ser_(s) {}
  string out;

  void array(size_t n) { open(n, false); }
  void map(size_t n) { open(n, true); }
  void str(string_view s) {
    pre();
    if (ser_ == Ser::json) {                    // callers pass plain ASCII
      out += '"', out += s, out += '"';
    } else if (ser_ == Ser::cbor) {
      cbor_head(3, s.size()), out += s;
    } else {
      if (s.size() < 32) put(u8(0xa0 | s.size()));
      else if (s.size() < 256) put(0xd9), put(u8(s.size()));
      else if (s.size() < 65536) put(0xda), be(s.size(), 2);
      else put(0xdb), be(s.size(), 4);
      out += s;
    }
    post();
  }
  void uint(u64 v) {
    pre();
    if (ser_ == Ser::json) out += std::to_string(v);
    else if (ser_ == Ser::cbor) cbor_head(0, v);
    else if (v < 128) put(u8(v));
    else if (v < 256) put(0xcc), put(u8(v));
    else if (v < 65536) put(0xcd), be(v, 2);
    else if (v < (1ull << 32)) put(0xce), be(v, 4);
    else put(0xcf), be(v, 8);
    post();
  }
  void boolean(bool b) {
    pre();
    if (ser_ == Ser::json) out += b ? "true" : "false";
    else if (ser_ == Ser::cbor) put(b ? 0xf5 : 0xf4);
    else put(b ? 0xc3 : 0xc2);
    post();
  }
  void real(double d) {
    pre();
    if (ser_ == Ser::json) {
      char b[32];
      out.append(b, size_t(std::snprintf(b, sizeof b, "%.17g", d)));
    } else {
      u64 v;
      std::memcpy(&v, &d, 8);
      put(ser_ == Ser::cbor ? 0xfb : 0xcb), be(v, 8);
    }
    post();
  }

 private:
  struct Level { size_t left; bool map, key; };
  Ser ser_;
  std::vector<Level> st_;

  void put(u8 b) { out += char(b); }
  void be(u64 v, int n) { while (n--) put(u8(v >> (8 * n))); }
  void cbor_head(u8 major, u64 v) {
    major = u8(major << 5);
    if (v < 24) put(u8(major | v));
    else if (v < 256) put(major | 24), put(u8(v));
    else if (v < 65536) put(major | 25), be(v, 2);
    else if (v < (1ull << 32)) put(major | 26), be(v, 4);
    else put(major | 27), be(v, 8);
  }
  void open(size_t n, bool map) {
    pre();
    if (ser_ == Ser::json) out += map ? '{' : '[';
    else if (ser_ == Ser::cbor) cbor_head(map ? 5 : 4, n);
    else if (n < 16) put(u8((map ? 0x80 : 0x90) | n));
    else put(map ? 0xde : 0xdc), be(n, 2);
    if (n) st_.push_back({map ? 2 * n : n, map, true});
    else { if (ser_ == Ser::json) out += map ? '}' : ']'; post(); }
  }
  void pre() {
    if (ser_ != Ser::json || st_.empty()) return;
    if (char c = out.back(); c != '[' && c != '{' && c != ':') out += ',';
  }
  void post() {                                 // one value complete: close what is full
    while (!st_.empty()) {
      Level& l = st_.back();
      --l.left;
      if (ser_ == Ser::json && l.map) { if (l.key) out += ':'; l.key = !l.key; }
      if (l.left) return;
      if (ser_ == Ser::json) out += l.map ? '}' : ']';
      st_.pop_back();
    }
  }
};

}  // namespace load
