// One test per row of "what the other serializer cannot express" (design 5). A simple value of CBOR (e0) is
// the value that JSON has no word for.
#include "wamp/unexpressible.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "wamp/document.hpp"
#include "wamp/octets.hpp"

namespace wampgate::wamp {
namespace {

using Json = nlohmann::json;
using Kind = Remedy::Kind;
using Sender = Undelivered::Sender;

/// What becomes of a CBOR message, in hexadecimal, whose translation into JSON fails.
Remedy Decide(Sender sender, std::string_view hex) {
  const std::string message = FromHex(hex);
  ByteBuffer out;
  const TranscodeResult failure = Transcode(Serializer::kCbor, message, Serializer::kJson, out);
  EXPECT_EQ(failure.code, TranscodeResult::Code::kUnexpressible) << failure.detail;
  return RemedyFor({sender, Serializer::kCbor, Serializer::kJson, message, failure});
}

Json ToSender(const Remedy& remedy) {
  return *ReadDocument(Serializer::kCbor, remedy.to_sender);
}
Json ToReceiver(const Remedy& remedy) {
  return *ReadDocument(Serializer::kJson, remedy.to_receiver);
}

void ExpectError(const Json& error, int answered, int request) {
  ASSERT_EQ(error.size(), 6U) << error;
  EXPECT_EQ(error[0], 8);
  EXPECT_EQ(error[1], answered);
  EXPECT_EQ(error[2], request);
  EXPECT_EQ(error[3], Json::object());
  EXPECT_EQ(error[4], "wamp.error.invalid_argument");
  ASSERT_EQ(error[5].size(), 1U);
  const std::string text = error[5][0];
  EXPECT_NE(text.find("simple value"), std::string::npos) << text;
  EXPECT_NE(text.find("of CBOR cannot be expressed in JSON"), std::string::npos) << text;
}

void ExpectReply(const Remedy& remedy, int answered, int request) {
  EXPECT_EQ(remedy.kind, Kind::kReply);
  EXPECT_TRUE(remedy.to_receiver.empty());
  ExpectError(ToSender(remedy), answered, request);
}

TEST(Unexpressible, CallGetsAnError) {
  ExpectReply(Decide(Sender::kClient, "85 1830 07 a0 63612e62 81e0"), 48, 7);
}

TEST(Unexpressible, SubscribeGetsAnError) {
  ExpectReply(Decide(Sender::kClient, "84 1820 07 a1 6178 e0 63612e62"), 32, 7);
}

TEST(Unexpressible, UnsubscribeGetsAnError) {
  ExpectReply(Decide(Sender::kClient, "84 1822 07 08 a1 6178 e0"), 34, 7);
}

TEST(Unexpressible, RegisterGetsAnError) {
  ExpectReply(Decide(Sender::kClient, "84 1840 07 a1 6178 e0 63612e62"), 64, 7);
}

TEST(Unexpressible, UnregisterGetsAnError) {
  ExpectReply(Decide(Sender::kClient, "84 1842 07 08 a1 6178 e0"), 66, 7);
}

TEST(Unexpressible, AcknowledgedPublishGetsAnError) {
  ExpectReply(Decide(Sender::kClient, "85 10 07 a1 6b61636b6e6f776c65646765 f5 63612e62 81e0"), 16, 7);
}

TEST(Unexpressible, AcknowledgedPublishGetsAnErrorAlsoWhenItsOptionsCannotBeExpressed) {
  // A binary key beside "acknowledge".
  const Remedy remedy = Decide(Sender::kClient, "84 10 07 a2 4101 00 6b61636b6e6f776c65646765 f5 63612e62");
  EXPECT_EQ(remedy.kind, Kind::kReply);
  EXPECT_EQ(ToSender(remedy)[2], 7);
}

TEST(Unexpressible, UnacknowledgedPublishIsDropped) {
  for (const char* hex :
       {"85 10 07 a0 63612e62 81e0", "85 10 07 a1 6b61636b6e6f776c65646765 f4 63612e62 81e0"}) {
    const Remedy remedy = Decide(Sender::kClient, hex);
    EXPECT_EQ(remedy.kind, Kind::kDrop);
    EXPECT_TRUE(remedy.to_sender.empty() && remedy.to_receiver.empty());
    EXPECT_TRUE(remedy.text.starts_with("PUBLISH was not delivered: simple value at octet ")) << remedy.text;
  }
}

TEST(Unexpressible, EventIsDropped) {
  const Remedy remedy = Decide(Sender::kRouter, "85 1824 01 02 a0 81e0");
  EXPECT_EQ(remedy.kind, Kind::kDrop);
  EXPECT_TRUE(remedy.to_sender.empty() && remedy.to_receiver.empty());
  EXPECT_EQ(remedy.text,
            "EVENT was not delivered: simple value at octet 7 of CBOR cannot be expressed in JSON");
}

TEST(Unexpressible, InvocationGetsAnErrorToTheRouter) {
  ExpectReply(Decide(Sender::kRouter, "85 1844 07 08 a0 81e0"), 68, 7);
}

TEST(Unexpressible, YieldBecomesAnErrorInItsPlace) {
  const Remedy remedy = Decide(Sender::kClient, "84 1846 07 a0 81e0");
  EXPECT_EQ(remedy.kind, Kind::kReplace);
  EXPECT_TRUE(remedy.to_sender.empty());
  EXPECT_EQ(remedy.ended_request, 0U);
  ExpectError(ToReceiver(remedy), 68, 7);
}

TEST(Unexpressible, ProgressiveYieldEndsItsInvocation) {
  const Remedy remedy = Decide(Sender::kClient, "84 1846 07 a1 6870726f6772657373 f5 81e0");
  EXPECT_EQ(remedy.kind, Kind::kReplace);
  EXPECT_EQ(remedy.ended_request, 7U);
  ExpectError(ToReceiver(remedy), 68, 7);
}

TEST(Unexpressible, ResultBecomesAnErrorToTheCaller) {
  const Remedy remedy = Decide(Sender::kRouter, "84 1832 07 a0 81e0");
  EXPECT_EQ(remedy.kind, Kind::kReplace);
  EXPECT_TRUE(remedy.to_sender.empty());
  ExpectError(ToReceiver(remedy), 48, 7);
}

TEST(Unexpressible, ProgressiveResultIsCancelledToo) {
  const Remedy remedy = Decide(Sender::kRouter, "84 1832 07 a1 6870726f6772657373 f5 81e0");
  EXPECT_EQ(remedy.kind, Kind::kReplace);
  EXPECT_EQ(remedy.ended_request, 7U);
  ExpectError(ToReceiver(remedy), 48, 7);
  EXPECT_EQ(ToSender(remedy), Json::parse(R"([49,7,{"mode":"killnowait"}])"));
}

TEST(Unexpressible, ErrorKeepsItsUri) {
  const Remedy remedy = Decide(Sender::kClient, "86 08 1844 07 a0 63612e62 81e0");
  EXPECT_EQ(remedy.kind, Kind::kReplace);
  const Json error = ToReceiver(remedy);
  EXPECT_EQ(error[1], 68);
  EXPECT_EQ(error[2], 7);
  EXPECT_EQ(error[4], "a.b");
}

TEST(Unexpressible, CancelAndInterruptKeepTheirMode) {
  const Remedy cancel = Decide(Sender::kClient, "83 1831 07 a2 646d6f6465 646b696c6c 6178 e0");
  EXPECT_EQ(cancel.kind, Kind::kReplace);
  EXPECT_EQ(ToReceiver(cancel), Json::parse(R"([49,7,{"mode":"kill"}])"));
  const Remedy interrupt = Decide(Sender::kRouter, "83 1845 07 a1 6178 e0");
  EXPECT_EQ(ToReceiver(interrupt), Json::parse(R"([69,7,{}])"));
}

TEST(Unexpressible, SessionMessagesEndInAbort) {
  const Remedy hello = Decide(Sender::kClient, "83 01 63612e62 a1 6178 e0");
  EXPECT_EQ(hello.kind, Kind::kEndSession);
  EXPECT_TRUE(hello.to_receiver.empty());
  EXPECT_EQ(ToSender(hello)[0], 3);
  EXPECT_EQ(ToSender(hello)[2], "wamp.error.invalid_argument");
  for (const char* hex :
       {"83 02 07 a1 6178 e0", "83 04 6178 a1 6178 e0", "83 03 a1 6178 e0 6178", "83 06 a1 6178 e0 6178"}) {
    const Remedy remedy = Decide(Sender::kRouter, hex);
    EXPECT_EQ(remedy.kind, Kind::kEndSession) << hex;
    EXPECT_TRUE(remedy.to_sender.empty());
    EXPECT_EQ(ToReceiver(remedy)[0], 3);
  }
}

TEST(Unexpressible, ARequestNobodyCouldAnswerEndsTheSession) {
  const Remedy remedy = Decide(Sender::kClient, "85 1830 e0 a0 63612e62 81e0");
  EXPECT_EQ(remedy.kind, Kind::kEndSession);
  EXPECT_FALSE(remedy.to_sender.empty());
}

TEST(Unexpressible, TooLargeHasItsOwnUri) {
  const std::string message = R"([48,7,{},"a.b",["xxxxxxxxxxxxxxxxxxxx"]])";
  ByteBuffer out;
  const TranscodeResult failure = Transcode(Serializer::kJson, message, Serializer::kMsgpack, out, 10);
  const Remedy remedy =
      RemedyFor({Sender::kClient, Serializer::kJson, Serializer::kMsgpack, message, failure});
  EXPECT_EQ(remedy.kind, Kind::kReply);
  const Json error = Json::parse(remedy.to_sender);
  EXPECT_EQ(error[4], "wamp.error.payload_size_exceeded");
  EXPECT_EQ(error[5][0], "CALL was not delivered: longer than 10 octets in MessagePack");
}

TEST(Unexpressible, MalformedMessagesEndTheSession) {
  const std::string message = "[48,7,{},\"a.b\",[nul]]";
  ByteBuffer out;
  const TranscodeResult failure = Transcode(Serializer::kJson, message, Serializer::kMsgpack, out);
  const Remedy remedy =
      RemedyFor({Sender::kClient, Serializer::kJson, Serializer::kMsgpack, message, failure});
  EXPECT_EQ(remedy.kind, Kind::kEndSession);
  EXPECT_EQ(Json::parse(remedy.to_sender)[2], "wamp.error.protocol_violation");
}

TEST(EndedRequests, SwallowTheRestOfAProgressiveCall) {
  EndedRequests ended;
  const auto swallows = [&ended](std::string_view json) { return ended.Swallows(Serializer::kJson, json); };
  EXPECT_FALSE(swallows(R"([50,7,{"progress":true},[1]])"));
  ended.Add(7);
  EXPECT_TRUE(swallows(R"([50,7,{"progress":true},[1]])"));
  EXPECT_FALSE(swallows(R"([50,8,{"progress":true},[1]])"));
  EXPECT_FALSE(swallows(R"([36,7,8,{}])"));
  EXPECT_FALSE(swallows(R"([8,32,7,{},"a.b"])"));
  EXPECT_TRUE(swallows(R"([8,48,7,{},"wamp.error.canceled"])"));
  EXPECT_FALSE(swallows(R"([50,7,{}])")) << "the id may be used again";
  EXPECT_TRUE(ended.empty());
}

TEST(EndedRequests, AreBounded) {
  EndedRequests ended;
  for (std::uint64_t i = 1; i <= EndedRequests::kMax + 1; ++i) ended.Add(i);
  EXPECT_FALSE(ended.Swallows(Serializer::kJson, "[70,1,{}]"));
  EXPECT_TRUE(ended.Swallows(Serializer::kJson, "[70,2,{}]"));
}

}  // namespace
}  // namespace wampgate::wamp
