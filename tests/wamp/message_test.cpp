#include "wamp/message.hpp"

#include <gtest/gtest.h>

#include "wamp/octets.hpp"

namespace wampgate::wamp {
namespace {

std::string PeekError(Serializer serializer, std::string_view message) {
  const auto type = PeekType(serializer, message);
  return type.ok() ? "" : std::string(Message(type.status()));
}

TEST(PeekType, ReadsEveryFormOfTheCode) {
  for (const char* text : {"[36]", " \t\r\n[ \n36 ,", "[36,", "[36,{\"no\":"}) {
    EXPECT_EQ(*PeekType(Serializer::kJson, text), MessageType::kEvent) << text;
  }
  for (const char* hex :
       {"811824", "9f1824", "98011824", "9900011824", "9a000000011824", "9b00000000000000011824",
        "d9d9f7811824", "81190024", "811a00000024", "811b0000000000000024"}) {
    EXPECT_EQ(*PeekType(Serializer::kCbor, FromHex(hex)), MessageType::kEvent) << hex;
  }
  for (const char* hex :
       {"9124", "dc000124", "dd0000000124", "91cc24", "91cd0024", "91ce00000024", "91cf0000000000000024"}) {
    EXPECT_EQ(*PeekType(Serializer::kMsgpack, FromHex(hex)), MessageType::kEvent) << hex;
  }
  EXPECT_EQ(*PeekType(Serializer::kCbor, FromHex("82190151")), MessageType::kEventReceived);
}

TEST(PeekType, SaysWhatIsWrong) {
  EXPECT_EQ(PeekError(Serializer::kJson, "{}"), "WAMP message is not a list");
  EXPECT_EQ(PeekError(Serializer::kJson, ""), "WAMP message is not a list");
  EXPECT_EQ(PeekError(Serializer::kJson, "[]"), "missing message type in WAMP message");
  EXPECT_EQ(PeekError(Serializer::kJson, "[99,1]"), "invalid WAMP message type 99");
  EXPECT_EQ(PeekError(Serializer::kCbor, FromHex("80")), "missing message type in WAMP message");
  EXPECT_EQ(PeekError(Serializer::kCbor, FromHex("9fff")), "missing message type in WAMP message");
  EXPECT_EQ(PeekError(Serializer::kCbor, FromHex("a0")), "WAMP message is not a list");
  EXPECT_EQ(PeekError(Serializer::kCbor, FromHex("811863")), "invalid WAMP message type 99");
  EXPECT_EQ(PeekError(Serializer::kMsgpack, FromHex("90")), "missing message type in WAMP message");
  EXPECT_EQ(PeekError(Serializer::kMsgpack, FromHex("80")), "WAMP message is not a list");
  EXPECT_EQ(PeekError(Serializer::kMsgpack, FromHex("9163")), "invalid WAMP message type 99");
}

TEST(PeekType, TakesOnlyAnIntegerForACode) {
  for (const char* text :
       {"[true]", "[\"1\"]", "[1.0]", "[1e1]", "[-1]", "[01]", "[1", "[", "[99999999999999999999]"}) {
    EXPECT_EQ(PeekError(Serializer::kJson, text), "WAMP message type is not an integer") << text;
  }
  for (const char* hex : {"81f5", "8120", "81", "8118", "811c", "81f93c00"}) {
    EXPECT_EQ(PeekError(Serializer::kCbor, FromHex(hex)), "WAMP message type is not an integer") << hex;
  }
  for (const char* hex : {"91c3", "91ff", "91", "91cc", "91d030", "91ca3f800000"}) {
    EXPECT_EQ(PeekError(Serializer::kMsgpack, FromHex(hex)), "WAMP message type is not an integer") << hex;
  }
}

TEST(MessageType, KnowsItsSenders) {
  EXPECT_TRUE(IsFromClient(MessageType::kCall));
  EXPECT_FALSE(IsFromRouter(MessageType::kCall));
  EXPECT_TRUE(IsFromRouter(MessageType::kEvent));
  EXPECT_FALSE(IsFromClient(MessageType::kEvent));
  for (MessageType both : {MessageType::kError, MessageType::kGoodbye, MessageType::kAbort}) {
    EXPECT_TRUE(IsFromClient(both) && IsFromRouter(both)) << Name(both);
  }
  EXPECT_FALSE(IsKnown(7));
  EXPECT_FALSE(IsKnown(65536 + 48));
  EXPECT_EQ(Name(MessageType::kEventReceived), "EVENT_RECEIVED");
}

TEST(CheckLength, FollowsTheTableOfTheSpecification) {
  EXPECT_TRUE(CheckLength(MessageType::kHello, 2).ok());
  EXPECT_FALSE(CheckLength(MessageType::kHello, 3).ok());
  EXPECT_FALSE(CheckLength(MessageType::kHello, 1).ok());
  EXPECT_TRUE(CheckLength(MessageType::kAbort, 4).ok());  // with arguments, as WAMP allows
  EXPECT_TRUE(CheckLength(MessageType::kError, 4).ok());
  EXPECT_TRUE(CheckLength(MessageType::kError, 6).ok());
  EXPECT_FALSE(CheckLength(MessageType::kError, 7).ok());
  EXPECT_FALSE(CheckLength(MessageType::kResult, 1).ok());
  EXPECT_TRUE(CheckLength(MessageType::kResult, 4).ok());
  EXPECT_EQ(Message(CheckLength(MessageType::kCancel, 1)), "invalid CANCEL message: 2 elements instead of 3");
  EXPECT_EQ(Message(CheckLength(MessageType::kCall, 6)),
            "invalid CALL message: 7 elements instead of 4 to 6");
}

}  // namespace
}  // namespace wampgate::wamp
