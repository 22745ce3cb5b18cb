#include "base/utf8.hpp"

#include <cstring>

namespace wampgate {
namespace {

/// Octets from `at` on that are ASCII, eight at a time.
std::size_t SkipAscii(const unsigned char* octets, std::size_t at, std::size_t size) {
  while (at + 8 <= size) {
    std::uint64_t word;
    std::memcpy(&word, octets + at, 8);
    if ((word & 0x8080808080808080u) != 0) break;
    at += 8;
  }
  while (at < size && octets[at] < 0x80) ++at;
  return at;
}

}  // namespace

std::size_t Utf8Validator::Feed(std::string_view text) {
  const auto* octets = reinterpret_cast<const unsigned char*>(text.data());
  const std::size_t size = text.size();
  for (std::size_t at = 0; at < size; ++at) {
    if (missing_ == 0) {
      at = SkipAscii(octets, at, size);
      if (at == size) break;
      const unsigned char lead = octets[at];
      low_ = 0x80;
      high_ = 0xbf;
      if (lead >= 0xc2 && lead <= 0xdf) {
        missing_ = 1;
      } else if ((lead & 0xf0) == 0xe0) {
        missing_ = 2;
        if (lead == 0xe0) low_ = 0xa0;   // below: overlong
        if (lead == 0xed) high_ = 0x9f;  // above: surrogates
      } else if (lead >= 0xf0 && lead <= 0xf4) {
        missing_ = 3;
        if (lead == 0xf0) low_ = 0x90;   // below: overlong
        if (lead == 0xf4) high_ = 0x8f;  // above: beyond U+10FFFF
      } else {
        return at;
      }
    } else {
      if (octets[at] < low_ || octets[at] > high_) return at;
      low_ = 0x80;
      high_ = 0xbf;
      --missing_;
    }
  }
  return kValid;
}

bool IsUtf8(std::string_view text) {
  Utf8Validator validator;
  return validator.Feed(text) == Utf8Validator::kValid && validator.Finish();
}

}  // namespace wampgate
