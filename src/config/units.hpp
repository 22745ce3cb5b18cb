#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>

namespace wampgate::config {

/// Rounded to the millisecond; what no range check has let pass becomes the nearest sensible time.
inline std::chrono::milliseconds FromSeconds(double seconds) {
  constexpr double kMost = 1e9;
  return std::chrono::milliseconds(
      std::isnan(seconds) ? 0 : std::llround(std::clamp(seconds, 0.0, kMost) * 1000));
}

/// A time of a client's `options`: below 1000 in seconds (Autobahn's dialect), else in milliseconds
/// (Crossbar's, which has none below 1000 but 0).
inline std::chrono::milliseconds FromEitherDialect(double number) {
  return number < 1000 ? FromSeconds(number) : FromSeconds(number / 1000);
}

}  // namespace wampgate::config
