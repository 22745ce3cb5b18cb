#include <gtest/gtest.h>

#include "wamp/message.hpp"
#include "wamp/octets.hpp"
#include "wamp/transcoder.hpp"

namespace wampgate::wamp {
namespace {

TEST(Envelope, SplitsAJsonMessageIntoItsElements) {
  const auto envelope =
      Envelope::Parse(Serializer::kJson, R"( [ 48 , 7814135, {"a":[1,2]} ,"com.proc" ,["]"] ,{"k":"v"} ] )");
  ASSERT_TRUE(envelope.ok()) << Message(envelope.status());
  EXPECT_EQ(envelope->type(), MessageType::kCall);
  ASSERT_EQ(envelope->size(), 5U);
  EXPECT_EQ(envelope->element(0), "7814135");
  EXPECT_EQ(envelope->element(1), R"({"a":[1,2]})");
  EXPECT_EQ(envelope->element(2), R"("com.proc")");
  EXPECT_EQ(envelope->element(3), R"(["]"])");
  EXPECT_EQ(envelope->element(4), R"({"k":"v"})");
  EXPECT_EQ(*envelope->Id(0), 7814135U);
  EXPECT_EQ(*envelope->String(2), "com.proc");
}

TEST(Envelope, SplitsBinaryMessagesIntoElementsThatCanBeTranscodedAlone) {
  // [48, 7814135, {}, "com.myapp.myprocedure1", ["Hello, world!"]]
  const std::string cbor = FromHex(
      "8518301a00773bf7a076636f6d2e6d796170702e6d7970726f63656475726531816d48656c6c6f2c20776f726c6421");
  const std::string msgpack =
      FromHex("9530ce00773bf780b6636f6d2e6d796170702e6d7970726f6365647572653191ad48656c6c6f2c20776f726c6421");
  for (const auto& [serializer, message] :
       {std::pair{Serializer::kCbor, cbor}, {Serializer::kMsgpack, msgpack}}) {
    const auto envelope = Envelope::Parse(serializer, message);
    ASSERT_TRUE(envelope.ok()) << Message(envelope.status());
    ASSERT_EQ(envelope->size(), 4U);
    EXPECT_EQ(*envelope->Id(0), 7814135U);
    EXPECT_EQ(*envelope->String(2), "com.myapp.myprocedure1");
    ByteBuffer out;
    ASSERT_TRUE(Transcode(serializer, envelope->element(3), Serializer::kJson, out).ok());
    EXPECT_EQ(out.view(), R"(["Hello, world!"])");
  }
}

TEST(Envelope, ReadsAnIndefiniteCborList) {
  const std::string message = FromHex("9f 06 a0 63 612e62 ff");
  const auto envelope = Envelope::Parse(Serializer::kCbor, message);
  ASSERT_TRUE(envelope.ok()) << Message(envelope.status());
  EXPECT_EQ(envelope->type(), MessageType::kGoodbye);
  EXPECT_EQ(*envelope->String(1), "a.b");
}

TEST(Envelope, UnescapesStrings) {
  const auto envelope = Envelope::Parse(Serializer::kJson, R"([6,{},"a\u00e4\n\ud83d\ude00"])");
  ASSERT_TRUE(envelope.ok());
  EXPECT_EQ(*envelope->String(1), "a\u00e4\n\U0001F600");
}

TEST(Envelope, SaysWhatIsNoIdAndNoString) {
  const auto envelope =
      Envelope::Parse(Serializer::kJson, R"([48,-1,1.0,"x",9007199254740993,true,[1],"\u0000AA==",null])");
  ASSERT_TRUE(envelope.ok()) << Message(envelope.status());
  for (std::size_t i = 0; i < envelope->size(); ++i) EXPECT_FALSE(envelope->Id(i).ok()) << i;
  for (std::size_t i : {0U, 1U, 3U, 4U, 5U, 6U, 7U}) EXPECT_FALSE(envelope->String(i).ok()) << i;
  EXPECT_FALSE(envelope->Id(8).ok());
  EXPECT_EQ(Message(envelope->Id(1).status()), "element 3 of CALL is not an id (an integer from 0 to 2^53)");
}

TEST(Envelope, TakesTheLargestId) {
  const auto envelope = Envelope::Parse(Serializer::kJson, "[33,9007199254740992,0]");
  ASSERT_TRUE(envelope.ok());
  EXPECT_EQ(*envelope->Id(0), std::uint64_t{1} << 53);
  EXPECT_EQ(*envelope->Id(1), 0U);
}

TEST(Envelope, RefusesMoreElementsThanAnyMessageHas) {
  EXPECT_TRUE(Envelope::Parse(Serializer::kJson, "[48,1,2,3,4,5,6,7,8]").ok());
  EXPECT_FALSE(Envelope::Parse(Serializer::kJson, "[48,1,2,3,4,5,6,7,8,9]").ok());
}

TEST(Envelope, RefusesBrokenMessages) {
  for (const char* message : {"", "[", "[48", "[48,", "[48,]", "[48 1]", "[48,1]]", "[48,1] x", "[48,[1,]]",
                              "{}", "[48,tru]", "[48,\"\x01\"]", "[48,01]", "[48,\"\xff\"]"}) {
    EXPECT_FALSE(Envelope::Parse(Serializer::kJson, message).ok()) << message;
  }
  for (const char* hex :
       {"", "80", "821830", "82183001ff", "9f1830", "9f183001", "82 1830 ff", "821830 61ff"}) {
    EXPECT_FALSE(Envelope::Parse(Serializer::kCbor, FromHex(hex)).ok()) << hex;
  }
  for (const char* hex : {"", "90", "9230", "92300101", "9230c1", "9230a1ff", "dc0002", "dd00000002"}) {
    EXPECT_FALSE(Envelope::Parse(Serializer::kMsgpack, FromHex(hex)).ok()) << hex;
  }
}

}  // namespace
}  // namespace wampgate::wamp
