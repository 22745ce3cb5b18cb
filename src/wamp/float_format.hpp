#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wampgate::wamp {

/// Binary floats of 16 bits (RFC 8949 appendix D).
double DoubleOfHalf(std::uint16_t half);
/// The half float that equals `value`, if there is one. NaN is not asked for.
std::optional<std::uint16_t> HalfOf(float value);

/// The nearest float; NaN and values beyond its range become something that differs from `value`.
float NarrowToFloat(double value);

/// Longest text that WriteDouble writes.
inline constexpr std::size_t kMaxDoubleText = 32;
/// Writes a finite double as JSON with the fewest digits that read back as the same double, always with a
/// fraction or an exponent ("1.0", "1e+16"), so that it stays a float. Returns the end.
char* WriteDouble(double value, char* out);
/// The double nearest to a JSON number, 0 where it is too small for one; nothing where it is too large.
std::optional<double> ParseDouble(std::string_view number);

}  // namespace wampgate::wamp
