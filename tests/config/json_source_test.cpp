#include <gtest/gtest.h>

#include <string>

#include "config/problem_text.hpp"
#include "config/value.hpp"

namespace wampgate::config {
namespace {

std::string ReadBack(std::string_view text) {
  const Parsed parsed = ParseJson(text);
  return parsed.ok ? ToJson(parsed.value) : AllOf(parsed.problems);
}

TEST(ParseJson, KeepsKeysInOrderAndNumbersExact) {
  const std::string text =
      R"({"b":1,"a":[true,false,null,-9223372036854775808,18446744073709551615,1.50,"\"\\/ü"],"":{}})";
  EXPECT_EQ(ReadBack(text),
            R"({"b":1,"a":[true,false,null,-9223372036854775808,18446744073709551615,1.50,"\"\\/ü"],"":{}})");
}

TEST(ParseJson, TakesComments) {
  EXPECT_EQ(ReadBack("{ // one\n \"a\": /* two */ 1 }"), R"({"a":1})");
}

TEST(ParseJson, TakesAByteOrderMark) {
  EXPECT_EQ(ReadBack("\xEF\xBB\xBF{}"), "{}");
}

TEST(ParseJson, NamesEveryKeyThatOccursTwiceWithItsPlace) {
  const Parsed parsed = ParseJson(
      "{\n  \"a\": {\"x\\\"y\": 1, \"x\\\"y\": 2},\n  \"b\": 1,\n    \"b\": [{}, {\"c\":1,\"c\":2}]\n}");
  EXPECT_TRUE(parsed.ok);
  EXPECT_EQ(AllOf(parsed.problems),
            "a[\"x\\\"y\"]: the key occurs twice (line 2, column 20)\n"
            "b: the key occurs twice (line 4, column 5)\n"
            "b[1].c: the key occurs twice (line 4, column 22)\n");
}

TEST(ParseJson, KnowsWhereEachValueBegins) {
  const Parsed parsed = ParseJson("{\"a\": -12,\n \"bü\": true, \"c\": [\n 1.5e3 , \"x\"]}");
  ASSERT_TRUE(parsed.ok);
  const auto at = [](const Value& value) { return std::pair(value.position.line, value.position.column); };
  EXPECT_EQ(at(parsed.value), std::pair(1, 1));
  EXPECT_EQ(at(*parsed.value.Find("a")), std::pair(1, 7));
  EXPECT_EQ(at(*parsed.value.Find("bü")), std::pair(2, 8));
  EXPECT_EQ(at(*parsed.value.Find("c")), std::pair(2, 19));
  EXPECT_EQ(at(parsed.value.Find("c")->items[0]), std::pair(3, 2));
  EXPECT_EQ(at(parsed.value.Find("c")->items[1]), std::pair(3, 10));
}

TEST(ParseJson, SaysWhereTheTextIsBroken) {
  const Parsed parsed = ParseJson("{\n  \"a\": 1,,\n}");
  EXPECT_FALSE(parsed.ok);
  ASSERT_EQ(parsed.problems.size(), 1u);
  EXPECT_EQ(parsed.problems[0].line, 2);
  EXPECT_EQ(parsed.problems[0].column, 10);
  EXPECT_EQ(parsed.problems[0].message.find("configuration file does not seem to be proper JSON ('"), 0u)
      << parsed.problems[0].message;
}

TEST(ParseJson, RefusesWhatIsNoJson) {
  for (const char* text :
       {"", "   ", "{", "[1", "\"a", "{\"a\" 1}", "nul", "01", "1e999", "{} {}", "\"\xFF\""}) {
    EXPECT_FALSE(ParseJson(text).ok) << text;
  }
}

TEST(ParseJson, RefusesToNestTooDeep) {
  const std::string deepest = std::string(kMaxDepth, '[') + std::string(kMaxDepth, ']');
  EXPECT_TRUE(ParseJson(deepest).ok);
  const Parsed parsed = ParseJson("[" + deepest + "]");
  EXPECT_FALSE(parsed.ok);
  EXPECT_EQ(AllOf(parsed.problems), "nested more than 64 levels deep (line 1, column 65)\n");
  EXPECT_FALSE(ParseJson(std::string(1000000, '[')).ok);
}

TEST(ToJson, IndentsLikeThisWhenAsked) {
  const Parsed parsed = ParseJson(R"({"a":[1,{}],"b":[]})");
  EXPECT_EQ(ToJson(parsed.value, 3), "{\n   \"a\": [\n      1,\n      {}\n   ],\n   \"b\": []\n}");
}

}  // namespace
}  // namespace wampgate::config
