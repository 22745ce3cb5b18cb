#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wampgate {
namespace {

constexpr std::size_t kValid = Utf8Validator::kValid;

std::string Encode(unsigned code_point) {
  const auto octet = [](unsigned value) { return static_cast<char>(value); };
  if (code_point < 0x80) return {octet(code_point)};
  if (code_point < 0x800) return {octet(0xc0 | code_point >> 6), octet(0x80 | (code_point & 63))};
  if (code_point < 0x10000) {
    return {octet(0xe0 | code_point >> 12), octet(0x80 | (code_point >> 6 & 63)),
            octet(0x80 | (code_point & 63))};
  }
  return {octet(0xf0 | code_point >> 18), octet(0x80 | (code_point >> 12 & 63)),
          octet(0x80 | (code_point >> 6 & 63)), octet(0x80 | (code_point & 63))};
}

TEST(Utf8Validator, TakesEveryCodePointButSurrogates) {
  for (unsigned code_point = 0; code_point <= 0x10ffff; ++code_point) {
    const bool is_surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    ASSERT_EQ(IsUtf8(Encode(code_point)), !is_surrogate) << code_point;
  }
}

TEST(Utf8Validator, FailsAtTheFirstOctetThatCannotBeRight) {
  const struct {
    std::string_view text;
    std::size_t bad;
  } cases[] = {
      {"\x80", 0},              // a continuation without its start
      {"abc\xff", 3},           // never in UTF-8
      {"\xc0\xaf", 0},          // overlong '/', seen at its first octet
      {"\xc1\x81", 0},          // overlong
      {"\xe0\x80\xaf", 1},      // overlong, three octets
      {"\xe0\x9f\xbf", 1},      // overlong
      {"\xf0\x80\x80\xaf", 1},  // overlong, four octets
      {"\xf0\x8f\xbf\xbf", 1},  // overlong
      {"\xed\xa0\x80", 1},      // U+D800
      {"\xed\xbf\xbf", 1},      // U+DFFF
      {"\xf4\x90\x80\x80", 1},  // U+110000
      {"\xf5\x80\x80\x80", 0},  // beyond
      {"\xe2\x82\x28", 2},      // a character cut by another
      {"12345678\xc3(", 9},     // behind the eight octets of the fast path
  };
  for (const auto& one : cases)
    EXPECT_EQ(Utf8Validator().Feed(one.text), one.bad) << testing::PrintToString(one.text);
}

TEST(Utf8Validator, TakesTextInPiecesOfAnySize) {
  const std::string text = "Grüße, Κόσμε, мир, 世界, \xf0\x9f\x8c\x8d and plain ASCII behind it";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    Utf8Validator validator;
    for (std::size_t at = 0; at < text.size(); at += size) {
      ASSERT_EQ(validator.Feed(std::string_view(text).substr(at, size)), kValid);
    }
    EXPECT_TRUE(validator.Finish());
  }
}

TEST(Utf8Validator, FailsInTheMiddleOfASequenceAcrossPieces) {
  Utf8Validator validator;
  EXPECT_EQ(validator.Feed("a\xed"), kValid);
  EXPECT_EQ(validator.Feed("\xa0"), 0u);
}

TEST(Utf8Validator, DoesNotFinishInsideACharacter) {
  Utf8Validator validator;
  EXPECT_EQ(validator.Feed("caf\xc3"), kValid);
  EXPECT_FALSE(validator.Finish());
  validator.Reset();
  EXPECT_TRUE(validator.Finish());
}

TEST(Utf8Validator, FindsABadOctetAnywhereInALongText) {
  std::string text;
  while (text.size() < 300) text += "мир 世界 \xf0\x9f\x8c\x8d";
  ASSERT_TRUE(IsUtf8(text));
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Utf8Validator whole;
    EXPECT_EQ(whole.Feed(std::string_view(text).substr(0, cut)), kValid) << cut;
    EXPECT_EQ(whole.Feed(std::string_view(text).substr(cut)), kValid) << cut;
    EXPECT_TRUE(whole.Finish());
    std::string bad = text;
    bad.insert(cut, 1, '\xff');
    EXPECT_EQ(Utf8Validator().Feed(bad), cut);
  }
}

TEST(CutAtCharacter, NeverLeavesAPartOfACharacter) {
  EXPECT_EQ(CutAtCharacter("short", 5), "short");
  EXPECT_EQ(CutAtCharacter("longer", 4), "long");
  const std::string text = "aé€😀";  // 1, 2, 3 and 4 octets
  const std::size_t ends[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10};
  for (std::size_t most = 0; most <= text.size(); ++most) {
    EXPECT_EQ(CutAtCharacter(text, most), text.substr(0, ends[most])) << most;
  }
}

}  // namespace
}  // namespace wampgate
