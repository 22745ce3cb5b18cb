// What no sender may send, by serializer. Every row is refused as malformed in every direction, without a
// crash and without memory in proportion to what the octets claim.
#include <gtest/gtest.h>

#include "wamp/message.hpp"
#include "wamp/octets.hpp"
#include "wamp/transcoder.hpp"

namespace wampgate::wamp {
namespace {

constexpr Serializer kSerializers[] = {Serializer::kJson, Serializer::kMsgpack, Serializer::kCbor};

void ExpectMalformed(Serializer from, std::string_view message, std::string_view what) {
  for (Serializer to : kSerializers) {
    ByteBuffer out;
    const TranscodeResult result = Transcode(from, message, to, out);
    EXPECT_EQ(result.code, TranscodeResult::Code::kMalformed)
        << what << " from " << Name(from) << " to " << Name(to) << ": " << result.detail;
    EXPECT_TRUE(out.empty());
  }
  EXPECT_FALSE(Envelope::Parse(from, message).ok()) << what;
}

TEST(Malformed, Json) {
  for (const char* json : {"",
                           " ",
                           "[",
                           "]",
                           "[1",
                           "[1,",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "[1]]",
                           "[1]x",
                           "{",
                           "{\"a\"",
                           "{\"a\":",
                           "{\"a\":1",
                           "{\"a\":1,",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{1:1}",
                           "{\"a\" 1}",
                           "{\"a\":1 \"b\":2}",
                           "tru",
                           "truE",
                           "nul",
                           "falsy",
                           "True",
                           "NaN",
                           "Infinity",
                           "-Infinity",
                           "-",
                           "+1",
                           "01",
                           "-01",
                           "1.",
                           ".5",
                           "1.e1",
                           "1e",
                           "1e+",
                           "0x10",
                           "1_0",
                           "\"",
                           "\"a",
                           "\"\\",
                           "\"\\u",
                           "\"\\u00",
                           "\"\\x41\"",
                           "\"\\u00g0\"",
                           "\"\t\"",
                           "\"\n\"",
                           "\"\x7f",
                           "'a'",
                           "\"\\ud800\"",
                           "\"\\udc00\"",
                           "\"\\ud800\\ud800\"",
                           "\"\\ud800\\n\"",
                           "// x\n1",
                           "/**/1",
                           "[1]\x0b",
                           "\xef\xbb\xbf[1]",
                           "\"\\u0000A\"",
                           "\"\\u0000A===\"",
                           "\"\\u0000AA=A\"",
                           "\"\\u0000=\"",
                           "\"\\u0000AAA*\"",
                           "\"\\u0000AB==\""}) {
    ExpectMalformed(Serializer::kJson, json, json);
  }
}

TEST(Malformed, Msgpack) {
  for (const char* hex : {"",           "91",
                          "dc",         "dc00",
                          "dc0001",     "dd000000",
                          "dd00000001", "81",
                          "8101",       "de0001",
                          "df00000001", "a1",
                          "d9",         "d901",
                          "da0001",     "db00000001",
                          "c4",         "c401",
                          "c50001",     "c600000001",
                          "cc",         "cd00",
                          "ce000000",   "cf00000000000000",
                          "d0",         "d100",
                          "d2000000",   "d300000000000000",
                          "ca000000",   "cb00000000000000",
                          "c1",         "91c1",
                          "81c101",     "0101",
                          "c0c0",       "d4",
                          "d401",       "d50101",
                          "c701",       "c70101",
                          "c8000101",   "c90000000101",
                          "a1ff",       "a2c080",
                          "a3eda080",   "a4f4908080",
                          "a1c3",       "81a1ff01",
                          "d8",         "ddffffffff",
                          "dfffffffff", "dbffffffff",
                          "c6ffffffff", "c9ffffffff01"}) {
    ExpectMalformed(Serializer::kMsgpack, FromHex(hex), hex);
  }
}

TEST(Malformed, Cbor) {
  for (const char* hex : {"",
                          "18",
                          "19",
                          "1900",
                          "1a000000",
                          "1b00000000000000",
                          "1c",
                          "1d",
                          "1e",
                          "1f",
                          "3c",
                          "3f",
                          "38",
                          "5c",
                          "7c",
                          "9c",
                          "bc",
                          "dc",
                          "fc",
                          "fd",
                          "fe",
                          "ff",
                          "81",
                          "8201",
                          "98",
                          "9801",
                          "9b0000000000000001",
                          "9f",
                          "9f01",
                          "a1",
                          "a101",
                          "bf",
                          "bf01",
                          "bf01ff",
                          "bfff00",
                          "41",
                          "5801",
                          "61",
                          "7801",
                          "5f",
                          "5f41",
                          "5f4101",
                          "5f6161ff",
                          "7f4101ff",
                          "5f01ff",
                          "5f5f4101ffff",
                          "7f7fffff",
                          "7fa0ff",
                          "c2",
                          "c201",
                          "c26101",
                          "c280",
                          "c3",
                          "c2c240",
                          "c0",
                          "d8",
                          "d9d9",
                          "d9d9f7",
                          "f8",
                          "f800",
                          "f81f",
                          "f814",
                          "f9",
                          "f900",
                          "fa000000",
                          "fb00000000000000",
                          "0000",
                          "f6f6",
                          "8001",
                          "61ff",
                          "62c080",
                          "63eda080",
                          "64f4908080",
                          "61c3",
                          "7f61c361a4ff",
                          "a161ff01",
                          "81ff",
                          "a1ff01",
                          "a101ff",
                          "9bffffffffffffffff",
                          "bbffffffffffffffff",
                          "bb8000000000000000",
                          "7bffffffffffffffff",
                          "5bffffffffffffffff",
                          "9affffffff",
                          "5f5bffffffffffffffff"}) {
    ExpectMalformed(Serializer::kCbor, FromHex(hex), hex);
  }
}

TEST(Malformed, NestedDeeperThanTheLimit) {
  constexpr std::size_t kDeep = 10'000;
  const auto repeated = [](std::string_view octets, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += octets;
    return text;
  };
  ExpectMalformed(Serializer::kJson, repeated("[", kDeep) + repeated("]", kDeep), "lists");
  ExpectMalformed(Serializer::kJson, repeated("{\"\":", kDeep) + "1" + repeated("}", kDeep), "maps");
  ExpectMalformed(Serializer::kMsgpack, repeated("\x91", kDeep) + "\xc0", "lists");
  ExpectMalformed(Serializer::kMsgpack, repeated("\x81\xa0", kDeep) + "\xc0", "maps");
  ExpectMalformed(Serializer::kMsgpack, repeated("\x81", kDeep), "maps as keys");
  ExpectMalformed(Serializer::kCbor, repeated("\x81", kDeep) + "\xf6", "lists");
  ExpectMalformed(Serializer::kCbor, repeated("\x9f", kDeep) + "\xf6" + repeated("\xff", kDeep),
                  "indefinite lists");
  ExpectMalformed(Serializer::kCbor, repeated("\xa1\x60", kDeep) + "\xf6", "maps");
  ExpectMalformed(Serializer::kCbor, repeated("\xd9\xd9\xf7", kDeep) + "\x80", "tags");
  ExpectMalformed(Serializer::kCbor, repeated("\xc1", kDeep) + "\x80", "tags");
}

TEST(Malformed, IsNotWhatIsJustDeepEnough) {
  for (Serializer to : kSerializers) {
    ByteBuffer out;
    const std::string json = std::string(kMaxDepth, '[') + std::string(kMaxDepth, ']');
    EXPECT_TRUE(Transcode(Serializer::kJson, json, to, out).ok());
    out.Clear();
    EXPECT_TRUE(Transcode(Serializer::kCbor, std::string(kMaxDepth - 1, '\x81') + '\x80', to, out).ok());
    out.Clear();
    EXPECT_TRUE(Transcode(Serializer::kMsgpack, std::string(kMaxDepth - 1, '\x91') + '\x90', to, out).ok());
  }
}

TEST(Malformed, EveryBeginningOfAMessage) {
  const std::string json =
      R"([48,7814135,{"a":[true,null,1.5e3,"\u00e4"]},"com.x",["\u0000AAEC"],{"k":-12}])";
  for (Serializer from : kSerializers) {
    ByteBuffer message;
    ASSERT_TRUE(Transcode(Serializer::kJson, json, from, message).ok());
    for (std::size_t size = 0; size < message.size(); ++size) {
      // A copy of just that size, so that reading past its end is seen.
      const std::string beginning(message.view().substr(0, size));
      ExpectMalformed(from, beginning, std::to_string(size) + " octets");
    }
  }
}

}  // namespace
}  // namespace wampgate::wamp
