// 200,000 random messages in each direction: written by one library, translated by us, read by another.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "wamp/octets.hpp"
#include "wamp/oracle.hpp"
#include "wamp/random_message.hpp"
#include "wamp/transcoder.hpp"

namespace wampgate::wamp {
namespace {

using Kind = Token::Kind;

constexpr int kMessages = 200'000;  // per direction
constexpr int kShards = 4;          // that run side by side

struct Direction {
  Serializer from, to;
};

Vocabulary VocabularyOf(Direction direction) {
  const bool has_json = direction.from == Serializer::kJson || direction.to == Serializer::kJson;
  const bool has_msgpack = direction.from == Serializer::kMsgpack || direction.to == Serializer::kMsgpack;
  return {.big_integers = !has_msgpack,
          .nan_and_infinity = !has_json,
          .other_keys = direction.from != Serializer::kJson,
          .binary_keys = !has_json,
          .text_with_leading_nul = !has_json};
}

/// What the receiver is to see: JSON has text for keys only.
void Expect(Serializer to, Tokens& tokens) {
  if (to != Serializer::kJson) return;
  for (Token& token : tokens) {
    if (!token.is_key || token.kind == Kind::kText) continue;
    if (token.kind == Kind::kNull) token.text = "null";
    if (token.kind == Kind::kBoolean) token.text = token.number != 0 ? "true" : "false";
    if (token.kind == Kind::kUnsigned) token.text = std::to_string(token.number);
    if (token.kind == Kind::kNegative) token.text = DigitsOf(token);
    token.kind = Kind::kText;
    token.number = 0;
  }
}

std::string Difference(const Tokens& expected, const Tokens& seen) {
  for (std::size_t i = 0; i < expected.size() && i < seen.size(); ++i) {
    if (expected[i] == seen[i]) continue;
    return "token " + std::to_string(i) + ": expected " + Describe(expected[i]) + ", saw " +
           Describe(seen[i]);
  }
  return "expected " + std::to_string(expected.size()) + " tokens, saw " + std::to_string(seen.size());
}

class TranscoderProperty : public testing::TestWithParam<std::tuple<Direction, int>> {};

TEST_P(TranscoderProperty, AgreesWithOtherLibraries) {
  const auto [direction, shard] = GetParam();
  const auto seed = static_cast<std::uint64_t>(
      1000 * (3 * static_cast<int>(direction.from) + static_cast<int>(direction.to)) + shard);
  RandomMessage messages(seed, VocabularyOf(direction));
  std::mt19937_64 random(seed + 1);
  Tokens expected, seen;
  ByteBuffer out;
  for (int i = 0; i < kMessages / kShards; ++i) {
    expected = messages.Next();
    const std::string message = Encode(direction.from, expected, random);
    out.Clear();
    const TranscodeResult result = Transcode(direction.from, message, direction.to, out);
    ASSERT_TRUE(result.ok()) << "message " << i << ": " << result.detail << '\n' << ToHex(message);
    seen.clear();
    ASSERT_TRUE(Decode(direction.to, out.view(), seen)) << "message " << i << '\n' << ToHex(out.view());
    Expect(direction.to, expected);
    ASSERT_TRUE(expected == seen) << "message " << i << ": " << Difference(expected, seen) << '\n'
                                  << ToHex(message);
  }
}

constexpr Direction kDirections[] = {
    {Serializer::kJson, Serializer::kMsgpack}, {Serializer::kJson, Serializer::kCbor},
    {Serializer::kMsgpack, Serializer::kJson}, {Serializer::kMsgpack, Serializer::kCbor},
    {Serializer::kCbor, Serializer::kJson},    {Serializer::kCbor, Serializer::kMsgpack},
};

std::string CaseName(const testing::TestParamInfo<std::tuple<Direction, int>>& info) {
  const auto [direction, shard] = info.param;
  return std::string(Name(direction.from)) + "_to_" + std::string(Name(direction.to)) + '_' +
         std::to_string(shard);
}

INSTANTIATE_TEST_SUITE_P(Random, TranscoderProperty,
                         testing::Combine(testing::ValuesIn(kDirections), testing::Range(0, kShards)),
                         CaseName);

}  // namespace
}  // namespace wampgate::wamp
