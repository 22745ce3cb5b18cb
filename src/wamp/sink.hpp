#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/byte_buffer.hpp"
#include "wamp/fault.hpp"
#include "wamp/text_scan.hpp"

namespace wampgate::wamp {

/// Where a writer puts its octets: behind the content of a ByteBuffer, through a bare cursor. What was
/// written counts only after Keep().
class Sink {
 public:
  /// `expected` is how long the output will be, roughly; `limit` how long it may be.
  Sink(ByteBuffer& out, std::size_t expected, std::size_t limit)
      : out_(out),
        old_size_(out.size()),
        limit_(limit),
        begin_(out.Reserve(expected)),
        at_(begin_),
        end_(begin_ + expected) {}
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  ~Sink();

  /// Makes room for `octets` more. False: the output is past its limit.
  bool Need(std::size_t octets) { return static_cast<std::size_t>(end_ - at_) >= octets || Grow(octets); }

  // All of these want room made by Need.
  void Put(unsigned octet) { *at_++ = static_cast<char>(octet); }
  void PutText(std::string_view octets) {
    CopyText(at_, octets);
    at_ += octets.size();
  }
  template <typename Unsigned>
  void PutBigEndian(Unsigned value) {
    for (int shift = static_cast<int>(sizeof(value)) * 8 - 8; shift >= 0; shift -= 8) {
      *at_++ = static_cast<char>(value >> shift);
    }
  }
  /// The cursor itself, for what writes through a pointer.
  char* cursor() const { return at_; }
  void set_cursor(char* at) { at_ = at; }
  char last() const { return at_[-1]; }
  void Replace(char octet) { at_[-1] = octet; }
  void DropLast() { --at_; }

  std::size_t written() const { return static_cast<std::size_t>(at_ - begin_); }
  char& octet(std::size_t position) { return begin_[position]; }

  /// A container's head turned out longer than the one octet kept for it: `octets` go in at `position`
  /// instead.
  void PatchHead(std::size_t position, std::string_view octets);
  /// Puts the patched heads in place, in one pass over the output, and keeps the output. False: past its
  /// limit.
  bool Keep();

 private:
  struct Patch {
    std::size_t position;
    std::uint8_t size;
    char octets[9];
  };
  bool Grow(std::size_t octets);
  void InsertPatches();

  ByteBuffer& out_;
  std::size_t old_size_;
  std::size_t limit_;
  char* begin_;
  char* at_;
  char* end_;
  std::size_t committed_ = 0;
  std::size_t patched_ = 0;  // octets that the patches will add
  std::vector<Patch> patches_;
};

}  // namespace wampgate::wamp
