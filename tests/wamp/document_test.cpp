#include "wamp/document.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "wamp/octets.hpp"
#include "wamp/transcoder.hpp"

namespace wampgate::wamp {
namespace {

using Json = nlohmann::json;

constexpr Serializer kSerializers[] = {Serializer::kJson, Serializer::kMsgpack, Serializer::kCbor};

Json Sample() {
  Json sample = Json::parse(
      R"([2,9007199254740993,{"a":{"b":[1.5,-7,true,null,"\u00fc\"\n"],"c":{}},"d":[]},18446744073709551615])");
  sample.push_back(Json::binary({0, 255, 16}));
  sample.push_back(INT64_MIN);
  return sample;
}

TEST(Document, SurvivesEverySerializer) {
  for (Serializer serializer : kSerializers) {
    const auto read = ReadDocument(serializer, WriteDocument(serializer, Sample()));
    ASSERT_TRUE(read.ok()) << Message(read.status());
    EXPECT_EQ(*read, Sample()) << Name(serializer);
  }
}

TEST(Document, IsWrittenAsOtherLibrariesReadIt) {
  const std::string cbor = WriteDocument(Serializer::kCbor, Sample());
  EXPECT_EQ(Json::from_cbor(cbor), Sample());
  const std::string msgpack = WriteDocument(Serializer::kMsgpack, Sample());
  EXPECT_EQ(Json::from_msgpack(msgpack), Sample());
  EXPECT_EQ(WriteDocument(Serializer::kJson, Json::binary({1, 2, 3, 4})), R"("\u0000AQIDBA==")");
}

TEST(Document, AppendsToItsOutput) {
  ByteBuffer out;
  out.Append("before");
  WriteDocument(Serializer::kJson, Json::array({1, "x"}), out);
  EXPECT_EQ(out.view(), R"(before[1,"x"])");
}

TEST(Document, TakesTheLastOfDuplicateKeys) {
  EXPECT_EQ(*ReadDocument(Serializer::kJson, R"({"a":1,"a":2})"), Json({{"a", 2}}));
  EXPECT_EQ(*ReadDocument(Serializer::kCbor, FromHex("a2616101616102")), Json({{"a", 2}}));
}

TEST(Document, WritesBinaryKeysAsJsonWould) {
  const std::string key("\0AAE=", 5);
  EXPECT_EQ(*ReadDocument(Serializer::kCbor, FromHex("a142000107")), Json({{key, 7}}));
  EXPECT_EQ(*ReadDocument(Serializer::kMsgpack, FromHex("81c402000107")), Json({{key, 7}}));
}

TEST(Document, KeepsKeysThatLookLikeBinary) {
  const auto read = ReadDocument(Serializer::kJson, R"({"\u0000AA==":"\u0000AA=="})");
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->contains(std::string("\0AA==", 5)));
  EXPECT_TRUE(read->begin()->is_binary());
}

TEST(Document, TakesSomethingNearForWhatItHasNoValueFor) {
  EXPECT_EQ(*ReadDocument(Serializer::kCbor, FromHex("82f7e0")), Json::array({nullptr, nullptr}));
  EXPECT_EQ(*ReadDocument(Serializer::kCbor, FromHex("c11a514b67b0")), Json(1363896240));
  EXPECT_EQ(*ReadDocument(Serializer::kCbor, FromHex("c249010000000000000000")),
            Json(18446744073709551616.0));
  EXPECT_EQ(*ReadDocument(Serializer::kJson, "-18446744073709551617"), Json(-18446744073709551616.0));
  EXPECT_EQ(*ReadDocument(Serializer::kMsgpack, FromHex("d5010203")), Json::binary({2, 3}));
  EXPECT_EQ(*ReadDocument(Serializer::kCbor, FromHex("a2 01 02 f5 03")), Json::parse(R"({"1":2,"true":3})"));
}

TEST(Document, WritesWhatJsonHasNoWordForAsNull) {
  EXPECT_EQ(WriteDocument(Serializer::kJson, Json::array({std::nan(""), HUGE_VAL})), "[null,null]");
  EXPECT_EQ(WriteDocument(Serializer::kJson, Json(std::string("\0x", 2))), R"("\u0000x")");
}

TEST(Document, RefusesWhatIsMalformed) {
  for (const char* json :
       {"", "[1", "[NaN]", "[Infinity]", "[-Infinity]", "[1] 2", "{\"a\"}", "[\"\xc3\"]", "nul", "[1,]",
        "[\"\\ud800\"]", "[\"\\u0000?\"]", "[+1]", "[.5]", "[1.]", "[0x1]", "['a']", "[1e]"}) {
    EXPECT_EQ(ReadDocument(Serializer::kJson, json).status().code(), StatusCode::kInvalidArgument) << json;
  }
  for (const char* hex :
       {"", "81", "8101ff", "61ff", "a161ff01", "fc", "ff", "5f01ff", "a1400102", "a18001"}) {
    EXPECT_FALSE(ReadDocument(Serializer::kCbor, FromHex(hex)).ok()) << hex;
  }
  for (const char* hex : {"", "91", "910101", "a1ff", "81a1ff01", "c1", "819001"}) {
    EXPECT_FALSE(ReadDocument(Serializer::kMsgpack, FromHex(hex)).ok()) << hex;
  }
}

TEST(Document, IsNoDeeperThanItsLimit) {
  const std::string deep = std::string(kMaxDepth, '[') + std::string(kMaxDepth, ']');
  EXPECT_TRUE(ReadDocument(Serializer::kJson, deep).ok());
  EXPECT_FALSE(ReadDocument(Serializer::kJson, "[" + deep + "]").ok());
  for (char head : {'\x9f', '\x81', '\xc1', '\x7f', '\x5f'}) {
    EXPECT_FALSE(ReadDocument(Serializer::kCbor, std::string(1'000'000, head)).ok());
  }
  EXPECT_FALSE(ReadDocument(Serializer::kMsgpack, std::string(1'000'000, '\x91')).ok());
  EXPECT_FALSE(ReadDocument(Serializer::kMsgpack, std::string(1'000'000, '\x81')).ok());
}

}  // namespace
}  // namespace wampgate::wamp
