#include "http/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wampgate::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Segments(std::string_view target) {
  const auto parsed = ParseTarget("GET", target);
  return parsed ? parsed->segments : std::vector<std::string>{"<refused>"};
}

TEST(ParseTarget, SplitsThePathBeforeItDecodesIt) {
  EXPECT_THAT(Segments("/"), ElementsAre(""));
  EXPECT_THAT(Segments("/a/b"), ElementsAre("a", "b"));
  EXPECT_THAT(Segments("/a/"), ElementsAre("a", ""));
  EXPECT_THAT(Segments("//a"), ElementsAre("", "a"));
  EXPECT_THAT(Segments("/a%2Fb/%2e%2E"), ElementsAre("a/b", ".."));
  EXPECT_THAT(Segments("/a+b%20c?x=/y"), ElementsAre("a+b c"));
  EXPECT_THAT(Segments("/a%00b"), ElementsAre(std::string("a\0b", 3)));
}

TEST(ParseTarget, TakesTheAsteriskOnlyForOptions) {
  EXPECT_THAT(ParseTarget("OPTIONS", "*")->segments, IsEmpty());
  EXPECT_FALSE(ParseTarget("GET", "*"));
}

TEST(ParseTarget, KeepsTheQueryFromTheFirstQuestionMarkOn) {
  EXPECT_EQ(ParseTarget("GET", "/a?b?c%zz")->query, "b?c%zz");
  EXPECT_EQ(ParseTarget("GET", "/a?")->query, "");
}

TEST(PercentEncode, EscapesAllButUnreservedCharacters) {
  EXPECT_EQ(PercentEncode("a b/ü\"<~"), "a%20b%2F%C3%BC%22%3C~");
  EXPECT_EQ(PercentDecode(PercentEncode("a b/ü\"<~%")), "a b/ü\"<~%");
}

}  // namespace
}  // namespace wampgate::http
