#include "wamp/float_format.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <random>
#include <string>

namespace wampgate::wamp {
namespace {

std::string Written(double value) {
  char text[kMaxDoubleText];
  return {text, WriteDouble(value, text)};
}

/// What the standard library writes for a number that is neither whole nor needs an exponent.
std::string Expected(double value) {
  char text[kMaxDoubleText];
  return {text, std::to_chars(text, text + kMaxDoubleText, value, std::chars_format::fixed).ptr};
}

TEST(FloatFormat, WritesDecimalsAndTheirNeighboursLikeTheStandardLibrary) {
  std::mt19937_64 random(20260101);  // NOLINT: the same numbers each time
  std::uint64_t compared = 0;
  for (int decimals = 1; decimals <= 12; ++decimals) {
    const double scale = std::pow(10.0, decimals);
    for (int i = 0; i < 4'000; ++i) {
      const auto digits = static_cast<double>(random() >> (random() % 40 + 14));
      for (const double near :
           {digits / scale, std::nextafter(digits / scale, 0.0), std::nextafter(digits / scale, 1e300)}) {
        const double value = random() % 2 == 0 ? near : -near;
        if (std::fabs(value) < 1e-4 || std::fabs(value) >= 1e16 || value == std::floor(value)) continue;
        ASSERT_EQ(Written(value), Expected(value));
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 100'000u);
}

TEST(FloatFormat, WritesWhatIsReadAsTheSameDouble) {
  std::mt19937_64 random(20260102);  // NOLINT: the same numbers each time
  for (int i = 0; i < 100'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    const auto read = ParseDouble(Written(value));
    ASSERT_TRUE(read) << Written(value);
    ASSERT_EQ(std::bit_cast<std::uint64_t>(*read), std::bit_cast<std::uint64_t>(value)) << Written(value);
  }
}

TEST(FloatFormat, KeepsEachFractionInItsPlace) {
  EXPECT_EQ(Written(0.5), "0.5");
  EXPECT_EQ(Written(-0.0001), "-0.0001");
  EXPECT_EQ(Written(48.00000001), "48.00000001");
  EXPECT_EQ(Written(9999999.99), "9999999.99");
  EXPECT_EQ(Written(10000000.25), "10000000.25");
  EXPECT_EQ(Written(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(Written(21.0), "21.0");
  EXPECT_EQ(Written(-0.0), "-0.0");
}

}  // namespace
}  // namespace wampgate::wamp
