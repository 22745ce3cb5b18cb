#include "proxy/weighted_turns.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace wampgate::proxy {
namespace {

/// Who gets the next turns; `may` is "110" where the third may not. '-': nobody.
std::string Turns(WeightedTurns& turns, int count, const std::string& may) {
  std::vector<bool> allowed;
  for (const char c : may) allowed.push_back(c == '1');
  std::string text;
  for (int i = 0; i < count; ++i) {
    const auto turn = turns.Take(allowed);
    text += turn ? static_cast<char>('a' + *turn) : '-';
  }
  return text;
}
std::string Turns(std::vector<std::uint32_t> weights, int count) {
  const std::string all(weights.size(), '1');
  WeightedTurns turns(std::move(weights));
  return Turns(turns, count, all);
}

TEST(WeightedTurns, GoRoundInOrderWhereWeightsAreEqual) {
  EXPECT_EQ(Turns({1, 1, 1}, 7), "abcabca");
  EXPECT_EQ(Turns({500, 500}, 4), "abab");
}

TEST(WeightedTurns, AreInProportionToTheWeightsAndSpreadEvenly) {
  EXPECT_EQ(Turns({3, 1}, 8), "aabaaaba");
  EXPECT_EQ(Turns({5, 1, 1}, 7), "aabacaa");
  const std::string many = Turns({900, 99, 1}, 2000);
  EXPECT_EQ(std::count(many.begin(), many.end(), 'a'), 1800);
  EXPECT_EQ(std::count(many.begin(), many.end(), 'b'), 198);
  EXPECT_EQ(std::count(many.begin(), many.end(), 'c'), 2);
}

TEST(WeightedTurns, AreTheSameEachTime) {
  EXPECT_EQ(Turns({7, 2, 5}, 100), Turns({7, 2, 5}, 100));
}

TEST(WeightedTurns, OfWeightZeroThereAreNone) {
  EXPECT_EQ(Turns({0, 1}, 3), "bbb");
  EXPECT_EQ(Turns({0, 0}, 2), "--");
  EXPECT_EQ(Turns({}, 1), "-");
}

TEST(WeightedTurns, AreNeitherLostNorSavedByWhoMayNotTakeThem) {
  WeightedTurns turns({1, 1, 1});
  EXPECT_EQ(Turns(turns, 1, "111"), "a");
  EXPECT_EQ(Turns(turns, 4, "101"), "ccac");
  EXPECT_EQ(Turns(turns, 3, "000"), "---");
  EXPECT_EQ(Turns(turns, 6, "111"), "bacbac") << "b is not caught up with";
}

}  // namespace
}  // namespace wampgate::proxy
