#include "wamp/transcoder.hpp"

#include <gtest/gtest.h>

#include "wamp/octets.hpp"

namespace wampgate::wamp {
namespace {

using Code = TranscodeResult::Code;

/// The output, or the code of the failure in words.
std::string Translate(Serializer from, std::string_view value, Serializer to) {
  ByteBuffer out;
  const TranscodeResult result = Transcode(from, value, to, out);
  switch (result.code) {
    case Code::kOk:
      return to == Serializer::kJson ? std::string(out.view()) : ToHex(out.view());
    case Code::kMalformed:
      return "malformed";
    case Code::kUnexpressible:
      return "unexpressible";
    case Code::kTooLarge:
      return "too large";
  }
  return "";
}

std::string JsonToCbor(std::string_view json) {
  return Translate(Serializer::kJson, json, Serializer::kCbor);
}
std::string JsonToMsgpack(std::string_view json) {
  return Translate(Serializer::kJson, json, Serializer::kMsgpack);
}
std::string CborToJson(std::string_view hex) {
  return Translate(Serializer::kCbor, FromHex(hex), Serializer::kJson);
}
std::string CborToMsgpack(std::string_view hex) {
  return Translate(Serializer::kCbor, FromHex(hex), Serializer::kMsgpack);
}
std::string MsgpackToJson(std::string_view hex) {
  return Translate(Serializer::kMsgpack, FromHex(hex), Serializer::kJson);
}
std::string MsgpackToCbor(std::string_view hex) {
  return Translate(Serializer::kMsgpack, FromHex(hex), Serializer::kCbor);
}

TEST(Transcode, KeepsIntegersOf64BitsExactly) {
  struct Row {
    const char *json, *msgpack, *cbor;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"0", "00", "00"},
           {"23", "17", "17"},
           {"24", "18", "1818"},
           {"127", "7f", "187f"},
           {"128", "cc80", "1880"},
           {"256", "cd0100", "190100"},
           {"65536", "ce00010000", "1a00010000"},
           {"4294967296", "cf0000000100000000", "1b0000000100000000"},
           {"9007199254740993", "cf0020000000000001", "1b0020000000000001"},
           {"9223372036854775807", "cf7fffffffffffffff", "1b7fffffffffffffff"},
           {"18446744073709551615", "cfffffffffffffffff", "1bffffffffffffffff"},
           {"-1", "ff", "20"},
           {"-32", "e0", "381f"},
           {"-33", "d0df", "3820"},
           {"-128", "d080", "387f"},
           {"-129", "d1ff7f", "3880"},
           {"-32769", "d2ffff7fff", "398000"},
           {"-2147483649", "d3ffffffff7fffffff", "3a80000000"},
           {"-9223372036854775808", "d38000000000000000", "3b7fffffffffffffff"},
       }) {
    EXPECT_EQ(JsonToMsgpack(row.json), row.msgpack);
    EXPECT_EQ(JsonToCbor(row.json), row.cbor);
    EXPECT_EQ(MsgpackToJson(row.msgpack), row.json);
    EXPECT_EQ(CborToJson(row.cbor), row.json);
    EXPECT_EQ(MsgpackToCbor(row.msgpack), row.cbor);
    EXPECT_EQ(CborToMsgpack(row.cbor), row.msgpack);
  }
}

TEST(Transcode, KeepsBigIntegersExactlyWhereThereIsAForm) {
  struct Row {
    const char *json, *cbor;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"18446744073709551616", "c249010000000000000000"},
           {"1180591620717411303424", "c249400000000000000000"},
           {"-9223372036854775809", "3b8000000000000000"},
           {"-18446744073709551616", "3bffffffffffffffff"},
           {"-18446744073709551617", "c349010000000000000000"},
           {"340282366920938463463374607431768211455", "c250ffffffffffffffffffffffffffffffff"},
       }) {
    EXPECT_EQ(JsonToCbor(row.json), row.cbor);
    EXPECT_EQ(CborToJson(row.cbor), row.json);
    EXPECT_EQ(JsonToMsgpack(row.json), "unexpressible");
    EXPECT_EQ(CborToMsgpack(row.cbor), "unexpressible");
  }
}

TEST(Transcode, TakesABignumThatFitsIn64BitsForAnInteger) {
  EXPECT_EQ(CborToJson("c24101"), "1");
  EXPECT_EQ(CborToMsgpack("c24101"), "01");
  EXPECT_EQ(CborToJson("c240"), "0");
  EXPECT_EQ(CborToJson("c340"), "-1");
  EXPECT_EQ(CborToJson("c24a00010000000000000000"), "18446744073709551616");
  EXPECT_EQ(CborToJson("c25f410143030405ff"), "16974853");
}

TEST(Transcode, BoundsBigIntegers) {
  const std::string largest = "c2590400" + std::string(2048, 'f');
  const std::string digits = CborToJson(largest);
  EXPECT_EQ(digits.size(), 2467U);
  EXPECT_EQ(JsonToCbor(digits), largest);
  EXPECT_EQ(CborToJson("c259040101" + std::string(2048, '0')), "unexpressible");
  EXPECT_EQ(JsonToCbor(std::string(2467, '9')), "unexpressible");
  EXPECT_EQ(JsonToCbor(std::string(100'000, '9')), "unexpressible");
}

TEST(Transcode, WritesFloatsInTheirShortestForm) {
  struct Row {
    const char *json, *msgpack, *cbor;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"0.0", "ca00000000", "f90000"},
           {"-0.0", "ca80000000", "f98000"},
           {"1.0", "ca3f800000", "f93c00"},
           {"1.5", "ca3fc00000", "f93e00"},
           {"65504.0", "ca477fe000", "f97bff"},
           {"100000.0", "ca47c35000", "fa47c35000"},
           {"1.1", "cb3ff199999999999a", "fb3ff199999999999a"},
           {"5.960464477539063e-08", "ca33800000", "f90001"},
           {"6.103515625e-05", "ca38800000", "f90400"},
           {"1e+300", "cb7e37e43c8800759c", "fb7e37e43c8800759c"},
           {"3.4028234663852886e+38", "ca7f7fffff", "fa7f7fffff"},
           {"-4.1", "cbc010666666666666", "fbc010666666666666"},
           {"0.0001", "cb3f1a36e2eb1c432d", "fb3f1a36e2eb1c432d"},
           {"9007199254740992.0", "ca5a000000", "fa5a000000"},
           {"5e-324", "cb0000000000000001", "fb0000000000000001"},
           {"1.7976931348623157e+308", "cb7fefffffffffffff", "fb7fefffffffffffff"},
       }) {
    EXPECT_EQ(JsonToMsgpack(row.json), row.msgpack);
    EXPECT_EQ(JsonToCbor(row.json), row.cbor);
    EXPECT_EQ(MsgpackToJson(row.msgpack), row.json);
    EXPECT_EQ(CborToJson(row.cbor), row.json);
    EXPECT_EQ(MsgpackToCbor(row.msgpack), row.cbor);
    EXPECT_EQ(CborToMsgpack(row.cbor), row.msgpack);
  }
}

TEST(Transcode, ReadsFloatsOfEveryWidth) {
  EXPECT_EQ(CborToJson("fa3fc00000"), "1.5");
  EXPECT_EQ(CborToJson("fb3ff8000000000000"), "1.5");
  EXPECT_EQ(MsgpackToJson("cb3ff8000000000000"), "1.5");
  EXPECT_EQ(JsonToCbor("15e-1"), "f93e00");
  EXPECT_EQ(JsonToCbor("1E2"), "f95640");
  EXPECT_EQ(JsonToCbor("1e400"), "unexpressible");
  EXPECT_EQ(JsonToCbor("-1e400"), "unexpressible");
  EXPECT_EQ(JsonToCbor("1e-400"), "f90000");
  EXPECT_EQ(JsonToCbor("-1e-400"), "f98000");
  EXPECT_EQ(JsonToCbor("-0"), "f98000");
}

TEST(Transcode, HasNoJsonForNanAndInfinity) {
  for (const char* hex : {"f97e00", "f97c00", "f9fc00", "fa7f800000", "fb7ff8000000000000", "82 01 f97e00"}) {
    EXPECT_EQ(CborToJson(hex), "unexpressible") << hex;
  }
  EXPECT_EQ(MsgpackToJson("ca7fc00000"), "unexpressible");
  EXPECT_EQ(CborToMsgpack("f97e00"), "ca7fc00000");
  EXPECT_EQ(CborToMsgpack("f97c00"), "ca7f800000");
  EXPECT_EQ(MsgpackToCbor("cbfff0000000000000"), "f9fc00");
  EXPECT_EQ(MsgpackToCbor("cb7ff8000000000001"), "f97e00");
}

TEST(Transcode, TurnsBinaryIntoMarkedBase64AndBack) {
  EXPECT_EQ(CborToJson("4401020304"), R"("\u0000AQIDBA==")");
  EXPECT_EQ(MsgpackToJson("c403ffffff"), R"("\u0000////")");
  EXPECT_EQ(JsonToCbor(R"("\u0000AQIDBA==")"), "4401020304");
  EXPECT_EQ(JsonToCbor(R"("\u0000\/\/\/\/")"), "43ffffff");
  EXPECT_EQ(JsonToMsgpack(R"("\u0000")"), "c400");
  EXPECT_EQ(CborToJson("40"), R"("\u0000")");
  EXPECT_EQ(CborToMsgpack("5f41014102ff"), "c4020102");
  for (const char* json :
       {R"("\u0000A")", R"("\u0000AQIDBA")", R"("\u0000AQID BA==")", R"("\u0000\u0000")"}) {
    EXPECT_EQ(JsonToCbor(json), "malformed") << json;
  }
}

TEST(Transcode, HasNoJsonForTextThatLooksLikeBinary) {
  EXPECT_EQ(CborToJson("6100"), "unexpressible");
  EXPECT_EQ(MsgpackToJson("a2 00 41"), "unexpressible");
  EXPECT_EQ(CborToMsgpack("6100"), "a100");
  EXPECT_EQ(CborToJson("62 41 00"), R"("A\u0000")");
}

TEST(Transcode, EscapesAndUnescapesText) {
  EXPECT_EQ(JsonToCbor(R"("\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00")"), "6e225c2f080c0a0d09c3a4f09f9880");
  EXPECT_EQ(CborToJson("6e225c2f080c0a0d09c3a4f09f9880"), "\"\\\"\\\\/\\b\\f\\n\\r\\t\u00e4\U0001F600\"");
  EXPECT_EQ(CborToJson("6301027f"), "\"\\u0001\\u0002\x7f\"");
  for (const char* json :
       {R"("\ud800")", R"("\ud800x")", R"("\ud800\u0041")", R"("\udc00")", R"("\ud800\ud800")", R"("\x")",
        R"("\u12")", R"("\u12g4")", "\"\n\"", "\"", "\"\\", "\"\xed\xa0\x80\""}) {
    EXPECT_EQ(JsonToCbor(json), "malformed") << json;
  }
}

TEST(Transcode, StringifiesMapKeysForJson) {
  EXPECT_EQ(CborToJson("a1 01 02"), R"({"1":2})");
  EXPECT_EQ(CborToJson("a1 20 02"), R"({"-1":2})");
  EXPECT_EQ(CborToJson("a1 f5 02"), R"({"true":2})");
  EXPECT_EQ(CborToJson("a1 f6 02"), R"({"null":2})");
  EXPECT_EQ(CborToJson("a1 f93e00 02"), R"({"1.5":2})");
  EXPECT_EQ(CborToJson("a1 c249010000000000000000 02"), R"({"18446744073709551616":2})");
  EXPECT_EQ(MsgpackToJson("81 cc80 c2"), R"({"128":false})");
  EXPECT_EQ(CborToJson("a1 4101 02"), "unexpressible");
  EXPECT_EQ(CborToJson("a1 80 02"), "unexpressible");
  EXPECT_EQ(CborToJson("a1 a0 02"), "unexpressible");
  EXPECT_EQ(MsgpackToJson("81 c40101 02"), "unexpressible");
}

TEST(Transcode, KeepsMapKeysBetweenCborAndMsgpack) {
  EXPECT_EQ(CborToMsgpack("a3 01 02 4101 03 f5 04"), "830102c4010103c304");
  EXPECT_EQ(MsgpackToCbor("830102c4010103c304"), "a30102410103f504");
}

TEST(Transcode, KeepsDuplicateAndBinaryLookingKeysAsTheyCome) {
  EXPECT_EQ(JsonToCbor(R"({"a":1,"a":2})"), "a2616101616102");
  EXPECT_EQ(CborToJson("a2616101616102"), R"({"a":1,"a":2})");
  EXPECT_EQ(JsonToCbor(R"({"\u0000AA==":1})"),
            "a16500"
            "41413d3d01");
  EXPECT_EQ(CborToJson("a1650041413d3d01"), R"({"\u0000AA==":1})");
}

TEST(Transcode, WritesDefiniteLengthsForIndefiniteOnes) {
  EXPECT_EQ(CborToMsgpack("9f 01 9f ff bf 6161 9f 02 ff ff ff"),
            "930190"
            "81a1619102");
  EXPECT_EQ(CborToJson("9f 01 9f ff bf 6161 9f 02 ff ff ff"), R"([1,[],{"a":[2]}])");
  EXPECT_EQ(CborToJson("7f 6161 60 626263 ff"), R"("abc")");
  EXPECT_EQ(CborToJson("bf 7f 6161 6162 ff 01 ff"), R"({"ab":1})");
}

TEST(Transcode, SkipsTheSelfDescribedTag) {
  EXPECT_EQ(CborToJson("d9d9f78101"), "[1]");
  EXPECT_EQ(CborToJson("82 d9d9f7 01 d9d9f7 d9d9f7 02"), "[1,2]");
}

TEST(Transcode, TypedArraysOfOctetsAreBinary) {
  EXPECT_EQ(CborToJson("81 d840 42 00ff"), R"(["\u0000AP8="])");
  EXPECT_EQ(CborToJson("81 d840 01"), "unexpressible");
}

TEST(Transcode, UndefinedOfJavaScriptClientsIsNull) {
  EXPECT_EQ(CborToJson("82 01 f7"), "[1,null]");
  ByteBuffer out;
  ASSERT_TRUE(Transcode(Serializer::kMsgpack, FromHex("92 01 d40000"), Serializer::kJson, out).ok());
  EXPECT_EQ(out.view(), "[1,null]");
}

TEST(Transcode, HasNoFormForTagsSimpleValuesAndExtensions) {
  for (const char* hex : {"c074323031332d30332d32315432303a30343a30305a", "c11a514b67b0",
                          "d82550"
                          "00112233445566778899aabbccddeeff",
                          "e0", "f8ff", "c482211903e8", "81d81c01"}) {
    EXPECT_EQ(CborToJson(hex), "unexpressible") << hex;
    EXPECT_EQ(CborToMsgpack(hex), "unexpressible") << hex;
    EXPECT_EQ(Translate(Serializer::kCbor, FromHex(hex), Serializer::kCbor), ToHex(FromHex(hex)));
  }
  for (const char* hex : {"d40100", "d6ff00000000", "d7ff0000000000000000",
                          "c70c"
                          "ff000000000000000000000000",
                          "91d40100"}) {
    EXPECT_EQ(MsgpackToJson(hex), "unexpressible") << hex;
    EXPECT_EQ(MsgpackToCbor(hex), "unexpressible") << hex;
    EXPECT_EQ(Translate(Serializer::kMsgpack, FromHex(hex), Serializer::kMsgpack), ToHex(FromHex(hex)));
  }
}

TEST(Transcode, PrefersTheSendersFaultToWhatCannotBeExpressed) {
  EXPECT_EQ(CborToJson("82 e0 61ff"), "malformed");
  EXPECT_EQ(CborToJson("81 e0 00"), "malformed");
}

TEST(Transcode, PatchesTheHeadsOfLongContainers) {
  for (std::size_t size : {0U, 1U, 15U, 16U, 23U, 24U, 255U, 256U, 65535U, 65536U}) {
    std::string json = "[[";
    std::string map = "{";
    for (std::size_t i = 0; i < size; ++i) {
      json += (i == 0 ? "" : ",") + std::to_string(i);
      map += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":[]";
    }
    json += "]," + map + "},1]";
    for (Serializer other : {Serializer::kCbor, Serializer::kMsgpack}) {
      ByteBuffer there, back;
      there.Append("before");
      ASSERT_TRUE(Transcode(Serializer::kJson, json, other, there).ok());
      ASSERT_TRUE(Transcode(other, there.view().substr(6), Serializer::kJson, back).ok());
      EXPECT_TRUE(back.view() == json) << size << ' ' << Name(other);
    }
  }
}

TEST(Transcode, AppendsAndLeavesTheOutputAloneOnFailure) {
  ByteBuffer out;
  out.Append("before");
  EXPECT_FALSE(Transcode(Serializer::kJson, "[1,2,nul]", Serializer::kCbor, out).ok());
  EXPECT_EQ(out.view(), "before");
  EXPECT_FALSE(Transcode(Serializer::kCbor, FromHex("8201e0"), Serializer::kJson, out).ok());
  EXPECT_EQ(out.view(), "before");
  EXPECT_TRUE(Transcode(Serializer::kJson, "[1]", Serializer::kCbor, out).ok());
  EXPECT_EQ(out.view(), "before\x81\x01");
}

TEST(Transcode, KeepsToItsLimit) {
  const std::string text(1000, 'x');
  const std::string json = "[\"" + text + "\"]";
  for (std::size_t limit : {0U, 1U, 100U, 1003U}) {
    ByteBuffer out;
    const auto result = Transcode(Serializer::kJson, json, Serializer::kCbor, out, limit);
    EXPECT_EQ(result.code, Code::kTooLarge) << limit;
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(Transcode(Serializer::kJson, json, Serializer::kJson, out, limit).code, Code::kTooLarge);
  }
  ByteBuffer out;
  EXPECT_TRUE(Transcode(Serializer::kJson, json, Serializer::kCbor, out, 1004).ok());
  EXPECT_EQ(out.size(), 1004U);
}

TEST(Transcode, GrowsBeyondWhatItExpected) {
  const std::string binary(300'000, '\x01');
  const std::string cbor = FromHex("5a000493e0") + binary;  // six characters for each octet as text
  const std::string text_cbor = FromHex("7a000493e0") + binary;
  ByteBuffer out;
  out.Append("x");
  ASSERT_TRUE(Transcode(Serializer::kCbor, text_cbor, Serializer::kJson, out).ok());
  EXPECT_EQ(out.size(), 1 + 2 + 6 * binary.size());
  ByteBuffer base64;
  ASSERT_TRUE(Transcode(Serializer::kCbor, cbor, Serializer::kJson, base64).ok());
  EXPECT_EQ(base64.size(), 400'000 + 8);
}

TEST(Transcode, SaysWhatItFoundAndWhere) {
  ByteBuffer out;
  EXPECT_EQ(Transcode(Serializer::kCbor, FromHex("82 01 e0"), Serializer::kJson, out).detail,
            "simple value at octet 2 of CBOR cannot be expressed in JSON");
  EXPECT_EQ(Transcode(Serializer::kJson, "[1,x]", Serializer::kCbor, out).detail,
            "malformed JSON: unexpected character at octet 3");
  EXPECT_EQ(Transcode(Serializer::kJson, "[1,100]", Serializer::kCbor, out, 2).detail,
            "longer than 2 octets in CBOR");
}

}  // namespace
}  // namespace wampgate::wamp
