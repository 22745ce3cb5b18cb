#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wampgate::wamp {

/// Integers beyond 64 bits are translated exactly up to this many octets; longer ones are not expressible
/// (turning them into another base takes quadratic time).
inline constexpr std::size_t kMaxBigIntegerOctets = 1024;
/// No integer of more decimal digits fits in kMaxBigIntegerOctets.
inline constexpr std::size_t kMaxBigIntegerDigits = 2467;

/// Big-endian octets of the number written in `digits` (only digits, at most kMaxBigIntegerDigits), without
/// leading zero octets.
std::string OctetsOfDecimal(std::string_view digits);
/// The digits of the number in big-endian `octets` (at most kMaxBigIntegerOctets), without leading zeros; "0"
/// if it is 0.
std::string DecimalOfOctets(std::string_view octets);
/// The same octets without leading zero octets.
std::string_view WithoutLeadingZeros(std::string_view octets);
/// Adds one, or takes one from a number that is not 0, in big-endian octets; the result has no leading zeros.
std::string Incremented(std::string_view octets);
std::string Decremented(std::string_view octets);

}  // namespace wampgate::wamp
