#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/utf8.hpp"
#include "wamp/fault.hpp"
#include "wamp/text_scan.hpp"

namespace wampgate::wamp {

/// What the readers of the three serializers share: a place in the input, the value that is being read, and
/// the fault.
class OctetCursor {
 public:
  OctetCursor(std::string_view input, Fault& fault)
      : begin_(input.data()), at_(begin_), end_(begin_ + input.size()), item_(begin_), fault_(fault) {}

  bool Begin() { return true; }
  bool AtEnd() const { return at_ == end_; }
  /// Where the next octet is.
  const char* position() const { return at_; }
  /// Offset of the value that was last begun: where a fault is.
  std::size_t item_offset() const { return static_cast<std::size_t>(item_ - begin_); }

 protected:
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  bool Truncated() { return fault_.Malformed("ends inside a value"); }
  bool TooDeep() { return fault_.Malformed("nested deeper than 256"); }

  /// A big-endian unsigned integer.
  template <typename Unsigned>
  bool BigEndian(Unsigned& value) {
    if (left() < sizeof(value)) return Truncated();
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < sizeof(value); ++i) sum = sum << 8 | static_cast<unsigned char>(at_[i]);
    value = static_cast<Unsigned>(sum);
    at_ += sizeof(value);
    return true;
  }
  template <typename Unsigned>
  bool BigEndian(std::uint64_t& value) {
    Unsigned narrow = 0;
    if (!BigEndian(narrow)) return false;
    value = narrow;
    return true;
  }
  bool Take(std::uint64_t size, std::string_view& octets) {
    if (size > left()) return Truncated();
    octets = std::string_view(at_, static_cast<std::size_t>(size));
    at_ += size;
    return true;
  }
  bool TakeText(std::uint64_t size, std::string_view& text) {
    if (!Take(size, text)) return false;
    if (TraitsOf(text).non_ascii != 0 && !IsUtf8(text)) return fault_.Malformed("text is not valid UTF-8");
    return true;
  }

  const char* begin_;
  const char* at_;
  const char* end_;
  const char* item_;
  Fault& fault_;
};

/// Progress through the elements of a list, for those who want them one by one (Envelope).
struct ListCursor {
  std::uint64_t left = 0;  ///< elements to come, where the head says how many
  bool has_count = false;
  bool is_first = true;
};

}  // namespace wampgate::wamp
