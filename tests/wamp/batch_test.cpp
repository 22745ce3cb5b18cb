#include "wamp/batch.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wampgate::wamp {
namespace {

using namespace std::string_literals;

std::vector<std::string> Split(Serializer serializer, std::string_view payload, Status& status) {
  std::vector<std::string> messages;
  status = SplitBatch(serializer, payload, [&messages](std::string_view message) {
    messages.emplace_back(message);
    return true;
  });
  return messages;
}

TEST(SplitBatch, TakesBothJsonDelimiters) {
  Status status;
  EXPECT_EQ(Split(Serializer::kJson, "[1]\x18[2]\x1e[3]\x18", status),
            (std::vector<std::string>{"[1]", "[2]", "[3]"}));
  EXPECT_TRUE(status.ok());
}

TEST(SplitBatch, TakesLengthPrefixedMessages) {
  Status status;
  EXPECT_EQ(Split(Serializer::kCbor, "\0\0\0\1a\0\0\0\3bcd"s, status),
            (std::vector<std::string>{"a", "bcd"}));
  EXPECT_TRUE(status.ok());
}

TEST(SplitBatch, RefusesABrokenBatchBeforeTheFirstMessage) {
  for (const std::string& payload : {""s, "[1]"s, "[1]\x18[2]"s, "\x18"s, "[1]\x18\x18"s}) {
    Status status;
    EXPECT_TRUE(Split(Serializer::kJson, payload, status).empty()) << payload;
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << payload;
  }
  for (const std::string& payload : {""s, "\0\0\0"s, "\0\0\0\1"s, "\0\0\0\1a\0"s, "\0\0\0\1a\0\0\0\2b"s,
                                     "\0\0\0\0"s, "\xff\xff\xff\xff"s + "a"}) {
    Status status;
    EXPECT_TRUE(Split(Serializer::kMsgpack, payload, status).empty());
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  }
}

TEST(SplitBatch, StopsWhenItIsTold) {
  int seen = 0;
  EXPECT_TRUE(
      SplitBatch(Serializer::kJson, "[1]\x18[2]\x18", [&seen](std::string_view) { return ++seen < 1; }).ok());
  EXPECT_EQ(seen, 1);
}

TEST(AppendToBatch, IsWhatSplitBatchTakes) {
  for (Serializer serializer : {Serializer::kJson, Serializer::kMsgpack, Serializer::kCbor}) {
    ByteBuffer batch;
    const std::string long_message(70'000, 'x');
    AppendToBatch(serializer, "one", batch);
    AppendToBatch(serializer, long_message, batch);
    Status status;
    EXPECT_EQ(Split(serializer, batch.view(), status), (std::vector<std::string>{"one", long_message}));
    EXPECT_TRUE(status.ok());
  }
  ByteBuffer json;
  AppendToBatch(Serializer::kJson, "[1]", json);
  EXPECT_EQ(json.view(), "[1]\x18");
}

}  // namespace
}  // namespace wampgate::wamp
