#include "wamp/big_integer.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace wampgate::wamp {
namespace {

using Limbs = std::vector<std::uint32_t>;  // least significant first

constexpr std::uint32_t kChunk = 1'000'000'000;  // nine decimal digits at a time
constexpr std::size_t kChunkDigits = 9;

void MultiplyAdd(Limbs& limbs, std::uint32_t factor, std::uint32_t addend) {
  std::uint64_t carry = addend;
  for (std::uint32_t& limb : limbs) {
    carry += std::uint64_t{limb} * factor;
    limb = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  if (carry != 0) limbs.push_back(static_cast<std::uint32_t>(carry));
}

/// Divides by kChunk and returns the remainder; drops limbs that became 0 at the top.
std::uint32_t TakeChunk(Limbs& limbs) {
  std::uint64_t remainder = 0;
  for (std::size_t i = limbs.size(); i-- > 0;) {
    remainder = remainder << 32 | limbs[i];
    limbs[i] = static_cast<std::uint32_t>(remainder / kChunk);
    remainder %= kChunk;
  }
  while (!limbs.empty() && limbs.back() == 0) limbs.pop_back();
  return static_cast<std::uint32_t>(remainder);
}

}  // namespace

std::string OctetsOfDecimal(std::string_view digits) {
  Limbs limbs;
  while (!digits.empty()) {
    const std::size_t length =
        digits.size() % kChunkDigits == 0 ? kChunkDigits : digits.size() % kChunkDigits;
    std::uint32_t chunk = 0, factor = 1;
    for (char digit : digits.substr(0, length)) {
      chunk = chunk * 10 + static_cast<std::uint32_t>(digit - '0');
      factor *= 10;
    }
    MultiplyAdd(limbs, factor, chunk);
    digits.remove_prefix(length);
  }
  std::string octets;
  for (std::size_t i = limbs.size(); i-- > 0;) {
    for (int shift = 24; shift >= 0; shift -= 8) octets.push_back(static_cast<char>(limbs[i] >> shift));
  }
  return std::string(WithoutLeadingZeros(octets));
}

std::string DecimalOfOctets(std::string_view octets) {
  octets = WithoutLeadingZeros(octets);
  Limbs limbs((octets.size() + 3) / 4);
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const auto octet = static_cast<unsigned char>(octets[octets.size() - 1 - i]);
    limbs[i / 4] |= std::uint32_t{octet} << (i % 4 * 8);
  }
  std::string reversed;
  while (!limbs.empty()) {
    std::uint32_t chunk = TakeChunk(limbs);
    for (std::size_t i = 0; i < kChunkDigits; ++i, chunk /= 10)
      reversed.push_back(static_cast<char>('0' + chunk % 10));
  }
  while (!reversed.empty() && reversed.back() == '0') reversed.pop_back();
  if (reversed.empty()) return "0";
  return {reversed.rbegin(), reversed.rend()};
}

std::string_view WithoutLeadingZeros(std::string_view octets) {
  octets.remove_prefix(std::min(octets.find_first_not_of('\0'), octets.size()));
  return octets;
}

std::string Incremented(std::string_view octets) {
  std::string sum(1, '\0');
  sum += octets;
  for (std::size_t i = sum.size(); i-- > 0;) {
    sum[i] = static_cast<char>(static_cast<unsigned char>(sum[i]) + 1);
    if (sum[i] != '\0') break;
  }
  return std::string(WithoutLeadingZeros(sum));
}

std::string Decremented(std::string_view octets) {
  std::string difference(octets);
  for (std::size_t i = difference.size(); i-- > 0;) {
    const bool borrow = difference[i] == '\0';
    difference[i] = static_cast<char>(static_cast<unsigned char>(difference[i]) - 1);
    if (!borrow) break;
  }
  return std::string(WithoutLeadingZeros(difference));
}

}  // namespace wampgate::wamp
