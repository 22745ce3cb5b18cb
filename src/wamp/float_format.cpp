#include "wamp/float_format.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace wampgate::wamp {
namespace {

/// Whether a number that from_chars finds out of range is too small rather than too large: the power of ten
/// of its first digit that is not 0 decides.
bool IsTiny(std::string_view number) {
  const std::size_t mark = number.find_first_of("eE");
  const std::string_view mantissa = number.substr(0, mark);
  long long power = 0;
  if (mark != std::string_view::npos) {
    std::string_view exponent = number.substr(mark + 1);
    const bool negative = exponent.front() == '-';
    if (negative || exponent.front() == '+') exponent.remove_prefix(1);
    const auto read = std::from_chars(exponent.data(), exponent.data() + exponent.size(), power);
    if (read.ec != std::errc()) power = INT64_MAX / 4;  // longer than any message
    if (negative) power = -power;
  }
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return true;
  return power + static_cast<long long>(point) - static_cast<long long>(first) < 0;
}

/// A decimal without exponent and of at most 18 digits, whose digits are below 2^53: both they and the power
/// of ten are exact doubles, so one division rounds correctly.
bool ParseShortDecimal(std::string_view number, double& value) {
  constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
  if (number.size() > 19) return false;
  const bool negative = number.front() == '-';
  std::uint64_t digits = 0;
  std::size_t point = number.size() - 1;
  for (std::size_t i = negative ? 1 : 0; i < number.size(); ++i) {
    if (number[i] == '.') {
      point = i;
    } else if (number[i] >= '0' && number[i] <= '9') {
      digits = digits * 10 + static_cast<std::uint64_t>(number[i] - '0');
    } else {
      return false;
    }
  }
  if (digits > std::uint64_t{1} << 53) return false;
  const double magnitude = static_cast<double>(digits) / kPowers[number.size() - 1 - point];
  value = negative ? -magnitude : magnitude;
  return true;
}

/// Writes `value`, which is no whole number, if eight decimals and fifteen digits in all say it: they and the
/// power of ten are exact doubles, so that the division rounds as reading does, and no other text as short is
/// read as that number. Nothing written: nullptr.
char* WriteShortDecimal(double value, char* out) {
  constexpr double kBelow = 1e7, kScale = 1e8;
  const double magnitude = std::fabs(value);
  if (magnitude >= kBelow) return nullptr;
  const auto scaled = static_cast<std::uint64_t>(magnitude * kScale + 0.5);
  if (static_cast<double>(scaled) / kScale != magnitude) return nullptr;
  auto fraction = static_cast<std::uint32_t>(scaled % 100'000'000);
  int decimals = 8;
  for (const auto& [divisor, zeros] : {std::pair{10'000U, 4}, {100U, 2}, {10U, 1}}) {
    if (fraction % divisor != 0) continue;
    fraction /= divisor;
    decimals -= zeros;
  }
  if (std::signbit(value)) *out++ = '-';
  out = std::to_chars(out, out + kMaxDoubleText, static_cast<std::uint32_t>(scaled / 100'000'000)).ptr;
  *out = '.';
  for (char* digit = out + decimals; digit != out; --digit, fraction /= 10) {
    *digit = static_cast<char>('0' + fraction % 10);
  }
  return out + decimals + 1;
}

}  // namespace

double DoubleOfHalf(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16;
  const std::uint32_t exponent = half >> 10 & 0x1F;
  const std::uint32_t mantissa = half & 0x3FF;
  if (exponent == 0) {
    const double magnitude = mantissa * 0x1p-24;
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t wide = exponent == 31 ? 0xFF : exponent + 112;
  return static_cast<double>(std::bit_cast<float>(sign | wide << 23 | mantissa << 13));
}

std::optional<std::uint16_t> HalfOf(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000);
  const std::uint32_t magnitude = bits & 0x7FFFFFFF;
  if (magnitude == 0) return sign;
  if (magnitude == 0x7F800000) return static_cast<std::uint16_t>(sign | 0x7C00);
  const int exponent = static_cast<int>(magnitude >> 23) - 127;
  const std::uint32_t mantissa = magnitude & 0x7FFFFF;
  if (exponent >= -14 && exponent <= 15) {
    if ((mantissa & 0x1FFF) != 0) return std::nullopt;
    return static_cast<std::uint16_t>(sign | static_cast<std::uint32_t>(exponent + 15) << 10 |
                                      mantissa >> 13);
  }
  if (exponent < -24 || exponent > 15) return std::nullopt;
  const int shift = -exponent - 1;  // subnormal half: 13 bits, and one more for each power below 2^-14
  const std::uint32_t whole = mantissa | 0x800000;
  if ((whole & ((std::uint32_t{1} << shift) - 1)) != 0) return std::nullopt;
  return static_cast<std::uint16_t>(sign | whole >> shift);
}

float NarrowToFloat(double value) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  if (std::isinf(value) || std::fabs(value) <= kLargest) return static_cast<float>(value);
  return 0;  // the conversion would be undefined behaviour
}

char* WriteDouble(double value, char* out) {
  char* const end = out + kMaxDoubleText;
  const double magnitude = std::fabs(value);
  if (magnitude != 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    return std::to_chars(out, end, value, std::chars_format::scientific).ptr;
  }
  if (magnitude != std::floor(magnitude)) {
    if (char* const written = WriteShortDecimal(value, out)) return written;
    return std::to_chars(out, end, value, std::chars_format::fixed).ptr;
  }
  if (std::signbit(value)) *out++ = '-';
  out = std::to_chars(out, end, static_cast<std::uint64_t>(magnitude)).ptr;
  *out++ = '.';
  *out++ = '0';
  return out;
}

std::optional<double> ParseDouble(std::string_view number) {
  double value = 0;
  if (ParseShortDecimal(number, value)) return value;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
  if (read.ec == std::errc()) return value;
  if (!IsTiny(number)) return std::nullopt;
  return number.front() == '-' ? -0.0 : 0.0;
}

}  // namespace wampgate::wamp
