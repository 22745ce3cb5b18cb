#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

/// Looking at eight octets at a time. Strings in WAMP messages are short, so ends are covered by loads that
/// overlap instead of loops over single octets.
namespace wampgate::wamp {

inline constexpr std::uint64_t kEveryOctet = 0x0101010101010101;
inline constexpr std::uint64_t kTopBits = 0x80 * kEveryOctet;

inline std::uint64_t Load8(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, 8);
  return word;
}
inline std::uint32_t Load4(const char* at) {
  std::uint32_t word;
  std::memcpy(&word, at, 4);
  return word;
}

/// Not 0 if an octet of the word must be escaped in JSON: below 0x20, '"' or '\\'. Exact as a yes or no; the
/// lowest bit set is in the first such octet (in memory order on little-endian machines).
inline std::uint64_t SpecialOctets(std::uint64_t word) {
  const std::uint64_t quote = word ^ ('"' * kEveryOctet);
  const std::uint64_t backslash = word ^ ('\\' * kEveryOctet);
  return ((word - 0x20 * kEveryOctet) & ~word & kTopBits) | ((quote - kEveryOctet) & ~quote & kTopBits) |
         ((backslash - kEveryOctet) & ~backslash & kTopBits);
}

inline unsigned char Octet(char c) {
  return static_cast<unsigned char>(c);
}
inline bool IsSpecial(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

/// First octet of [at, end) that JSON cannot hold as it is in a string; `end` if there is none.
inline const char* FindSpecial(const char* at, const char* end) {
  for (; end - at >= 8; at += 8) {
    const std::uint64_t special = SpecialOctets(Load8(at));
    if (special == 0) continue;
    if constexpr (std::endian::native == std::endian::little) return at + std::countr_zero(special) / 8;
    break;
  }
  while (at != end && !IsSpecial(*at)) ++at;
  return at;
}

/// What a text holds, in top bits: zero means "nothing of the kind".
struct TextTraits {
  std::uint64_t special = 0;    ///< must be escaped in JSON
  std::uint64_t non_ascii = 0;  ///< is to be validated as UTF-8

  void Look(std::uint64_t word) {
    special |= SpecialOctets(word);
    non_ascii |= word & kTopBits;
  }
};

inline TextTraits TraitsOf(std::string_view text) {
  TextTraits traits;
  const char* at = text.data();
  const std::size_t size = text.size();
  if (size >= 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8) traits.Look(Load8(at + i));
    traits.Look(Load8(at + size - 8));
  } else if (size >= 4) {
    traits.Look(std::uint64_t{Load4(at)} << 32 | Load4(at + size - 4));
  } else if (size > 0) {
    // One to three octets: first, middle and last are all there is. 0x20 fills the word.
    traits.Look(0x2020202020000000 | std::uint64_t{Octet(at[0])} << 16 |
                std::uint64_t{Octet(at[size / 2])} << 8 | Octet(at[size - 1]));
  }
  return traits;
}

/// Copies a text that is short as a rule, without a call.
inline void CopyText(char* to, std::string_view text) {
  const char* from = text.data();
  const std::size_t size = text.size();
  if (size > 32) {
    std::memcpy(to, from, size);
  } else if (size >= 16) {
    std::memcpy(to, from, 16);
    std::memcpy(to + size - 16, from + size - 16, 16);
  } else if (size >= 8) {
    std::memcpy(to, from, 8);
    std::memcpy(to + size - 8, from + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(to, from, 4);
    std::memcpy(to + size - 4, from + size - 4, 4);
  } else if (size > 0) {
    const char middle = from[size / 2], last = from[size - 1];
    to[0] = from[0];
    to[size / 2] = middle;
    to[size - 1] = last;
  }
}

}  // namespace wampgate::wamp
