// The WAMP messages of the load client. It writes HELLO and CALL only, and looks only at the start of what it reads.
#pragma once

#include "client/options.hpp"

namespace load {

// A CALL is <head(request id)><tail>; the tail never changes, so it is encoded once.
// All three are set by encode_messages; the payload is also the message of the echo mode.
inline string g_hello, g_payload, g_tail;

// Once, after the options are known.
void encode_messages();

// Writes the head of the CALL with this request id to b, at most 32 octets; returns how many.
size_t call_head(u64 id, char* b);

// Reads the leading unsigned integers of a WAMP message: type and, where there is
// one, the request id. That is all a load generator needs.
class Prefix {
 public:
  Prefix(const char* p, size_t n) : p_(reinterpret_cast<const u8*>(p)), e_(p_ + n) {}
  bool begin() {
    if (p_ == e_) return false;
    if (opt.ser == Ser::json) { ws(); return p_ < e_ && *p_++ == '['; }
    u8 b = *p_++;
    if (opt.ser == Ser::cbor) {
      if (b == 0x9f || (b >= 0x80 && b < 0x98)) return true;
      if (b == 0x98) { p_++; return true; }
      return false;
    }
    if (b >= 0x90 && b < 0xa0) return true;
    if (b == 0xdc) { p_ += 2; return p_ <= e_; }
    return false;
  }
  bool uint(u64& v) {
    if (opt.ser == Ser::json) {
      ws();
      if (p_ < e_ && *p_ == ',') p_++, ws();
      if (p_ == e_ || *p_ < '0' || *p_ > '9') return false;
      for (v = 0; p_ < e_ && *p_ >= '0' && *p_ <= '9'; p_++) v = v * 10 + (*p_ - '0');
      return true;
    }
    if (p_ == e_) return false;
    u8 b = *p_++;
    int n;
    if (opt.ser == Ser::cbor) {
      if (b < 24) { v = b; return true; }
      if (b < 0x18 || b > 0x1b) return false;
      n = 1 << (b - 0x18);
    } else {
      if (b < 128) { v = b; return true; }
      if (b >= 0xcc && b <= 0xcf) n = 1 << (b - 0xcc);
      else if (b >= 0xd0 && b <= 0xd3) n = 1 << (b - 0xd0);
      else return false;
    }
    if (e_ - p_ < n) return false;
    for (v = 0; n--;) v = v << 8 | *p_++;
    return true;
  }

 private:
  const u8 *p_, *e_;
  void ws() { while (p_ < e_ && (*p_ == ' ' || *p_ == '\n' || *p_ == '\r' || *p_ == '\t')) p_++; }
};

}  // namespace load
