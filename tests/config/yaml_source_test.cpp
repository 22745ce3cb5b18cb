#include <gtest/gtest.h>

#include <string>

#include "config/problem_text.hpp"
#include "config/value.hpp"
#include "config/writer.hpp"

namespace wampgate::config {
namespace {

std::string ReadBack(std::string_view text) {
  const Parsed parsed = ParseYaml(text);
  return parsed.ok ? ToJson(parsed.value) : AllOf(parsed.problems);
}

TEST(ParseYaml, TypesPlainScalarsByTheCoreSchema) {
  EXPECT_EQ(ReadBack("[null, ~, Null, , true, True, FALSE]"), "[null,null,null,null,true,true,false]");
  EXPECT_EQ(ReadBack("[1, -1, +12, 012, 0o17, 0x1F, 18446744073709551615, -9223372036854775808]"),
            "[1,-1,12,12,15,31,18446744073709551615,-9223372036854775808]");
  EXPECT_EQ(ReadBack("[1.5, .5, 5., 1e3, -1.5E-3]"), "[1.5,0.5,5,1000,-0.0015]");
  EXPECT_EQ(ReadBack("[yes, on, No, 1_000, 0b1, 1:30, 2020-01-01, 1e, ., '.5.']"),
            R"(["yes","on","No","1_000","0b1","1:30","2020-01-01","1e",".",".5."])");
}

TEST(ParseYaml, TakesQuotedScalarsForStrings) {
  EXPECT_EQ(ReadBack("a: \"1\"\nb: 'true'\nc: \"null\"\nd: |\n  1\ne: !!str 7\nf: \"\\u00fc\\n\""),
            R"({"a":"1","b":"true","c":"null","d":"1\n","e":"7","f":"ü\n"})");
}

TEST(ParseYaml, NamesEveryKeyThatOccursTwiceWithItsPlace) {
  const Parsed parsed = ParseYaml("a:\n  b: 1\n  b: 2\nlist:\n  - c: 1\n    c: 2\n");
  EXPECT_TRUE(parsed.ok);
  EXPECT_EQ(AllOf(parsed.problems),
            "a.b: the key occurs twice (line 3, column 3)\n"
            "list[0].c: the key occurs twice (line 6, column 5)\n");
}

TEST(ParseYaml, FollowsAliases) {
  EXPECT_EQ(ReadBack("a: &x {k: [1, 2]}\nb: *x\nc: [*x]"),
            R"({"a":{"k":[1,2]},"b":{"k":[1,2]},"c":[{"k":[1,2]}]})");
}

TEST(ParseYaml, MergesMappingsWhereTheirKeysAreNotSet) {
  EXPECT_EQ(ReadBack("a: &a {k: 1, l: 2}\nb:\n  <<: *a\n  l: 3\n"),
            R"({"a":{"k":1,"l":2},"b":{"l":3,"k":1}})");
  EXPECT_EQ(ReadBack("- &a {k: 1}\n- &b {k: 2, m: 3}\n- {<<: [*a, *b], n: 4}"),
            R"([{"k":1},{"k":2,"m":3},{"n":4,"k":1,"m":3}])");
  EXPECT_EQ(ReadBack("{<<: {<<: {k: 1}, l: 2}}"), R"({"l":2,"k":1})");
  EXPECT_EQ(ReadBack("- &a {k: 1}\n- &b {<<: *a}\n- *b"), R"([{"k":1},{"k":1},{"k":1}])");
  EXPECT_EQ(ReadBack("{'<<': {k: 1}, v: <<}"), R"({"<<":{"k":1},"v":"<<"})");
}

TEST(ParseYaml, NamesWhatCannotBeMerged) {
  const Parsed parsed = ParseYaml("a:\n  <<: [{k: 1}, 2]\n");
  EXPECT_EQ(AllOf(parsed.problems),
            "a[\"<<\"]: expected a mapping or a list of mappings, found 2 (line 2, column 16)\n");
}

TEST(ParseYaml, RefusesAliasesThatExplode) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 9; ++k) bomb += before + ", ";
    bomb += before + "]\n";
  }
  EXPECT_NE(ReadBack(bomb).find("aliases make this document too large"), std::string::npos);
}

TEST(ParseYaml, RefusesToNestTooDeep) {
  for (const std::size_t brackets : {std::size_t{1}, std::size_t{100000}}) {
    EXPECT_NE(ReadBack(std::string(brackets, '[')).find("is its [ or { ever closed?"), std::string::npos);
  }
  EXPECT_NE(ReadBack(std::string(65, '[') + std::string(65, ']')).find("nested more than 64 levels deep"),
            std::string::npos);
  EXPECT_FALSE(ParseYaml(std::string(100000, '[')).ok);
}

TEST(ParseYaml, RefusesWhatIsNoConfiguration) {
  for (const char* text : {"a: [", "a: b: c", "? [x]\n: 1", "{}: 1", "a: 1\n---\nb: 2", "a: !tag x", "\"abc",
                           "*x", "a: \xFF", "a: \"\\ud800\""}) {
    const Parsed parsed = ParseYaml(text);
    EXPECT_FALSE(parsed.ok) << text;
    EXPECT_EQ(parsed.problems.size(), 1u) << text;
  }
}

TEST(ToYaml, IsReadAsTheSameDocument) {
  const std::string text =
      R"({"a":[1,-2.5,null,true,"","yes","~","1","0x1","a b","a: b","# c","- d","ü","x\ny","\u0001\u007f"],)"
      R"("":[[],{},[[1],[2,[3]]]],"no":{"/":{"k":[{"x":1,"y":[{"z":{}}]}]}},"<<":1,"*a":"&b","key: x":"!c","1":2})";
  const Parsed json = ParseJson(text);
  ASSERT_TRUE(json.ok);
  EXPECT_EQ(ReadBack(ToYaml(json.value)), ToJson(json.value)) << ToYaml(json.value);
}

TEST(ToYaml, LooksLikeWhatPeopleWrite) {
  const Parsed json = ParseJson(R"({"type":"proxy","list":[{"a":1,"b":[1,2]},"x"],"none":[]})");
  EXPECT_EQ(ToYaml(json.value),
            "type: proxy\nlist:\n  - a: 1\n    b:\n      - 1\n      - 2\n  - x\nnone: []\n");
}

}  // namespace
}  // namespace wampgate::config
