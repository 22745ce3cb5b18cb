#include "supervisor/backoff.hpp"

#include <gtest/gtest.h>

namespace wampgate::supervisor {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesFromATenthOfASecondToHalfAMinute) {
  Backoff backoff([] { return 0.5; });
  const int expected[] = {100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000};
  for (const int delay : expected) EXPECT_EQ(backoff.Next(milliseconds(0)).count(), delay);
}

TEST(Backoff, StartsAnewAfterAMinuteOfHealthOnly) {
  Backoff backoff([] { return 0.5; });
  for (int i = 0; i < 5; ++i) backoff.Next(milliseconds(0));
  EXPECT_EQ(backoff.Next(milliseconds(59999)).count(), 3200);
  EXPECT_EQ(backoff.Next(milliseconds(60000)).count(), 100);
}

TEST(Backoff, StaysWithinItsBoundsWhateverChanceSays) {
  for (const double chance : {0.0, 0.999}) {
    Backoff backoff([chance] { return chance; });
    for (int i = 0; i < 12; ++i) {
      const milliseconds delay = backoff.Next(milliseconds(0));
      EXPECT_GE(delay, Backoff::kFirst);
      EXPECT_LE(delay, Backoff::kLongest);
    }
  }
}

TEST(Backoff, SpreadsProcessesThatEndTogether) {
  Backoff one([] { return 0.1; });
  Backoff other([] { return 0.9; });
  one.Next(milliseconds(0));
  other.Next(milliseconds(0));
  EXPECT_NE(one.Next(milliseconds(0)), other.Next(milliseconds(0)));
}

}  // namespace
}  // namespace wampgate::supervisor
