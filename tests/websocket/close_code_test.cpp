#include "websocket/close_code.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wampgate::websocket {
namespace {

TEST(CloseCode, OnlyTheCodesOfTheTableMayStandInAFrame) {
  for (int code = 0; code <= 65535; ++code) {
    const bool allowed =
        (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1013) || (code >= 3000 && code <= 4999);
    ASSERT_EQ(IsValidCloseCode(static_cast<std::uint16_t>(code)), allowed) << code;
  }
}

TEST(CloseCode, ReasonsAreCutAtTheBorderOfACharacter) {
  EXPECT_EQ(TruncateCloseReason(std::string(123, 'a')), std::string(123, 'a'));
  EXPECT_EQ(TruncateCloseReason(std::string(200, 'a')), std::string(123, 'a'));
  const std::string head(122, 'a');
  EXPECT_EQ(TruncateCloseReason(head + "\u00e9xyz"), head);
  EXPECT_EQ(TruncateCloseReason(std::string(121, 'a') + "\u00e9xyz"), std::string(121, 'a') + "\u00e9");
}

TEST(ClosePayload, ReadsBackWhatItWrote) {
  CloseStatus status;
  Violation violation;
  const std::string payload = ClosePayload(3000, "bye");
  ASSERT_TRUE(ParseClosePayload(payload, status, violation));
  EXPECT_EQ(status.code, 3000);
  EXPECT_EQ(status.reason, "bye");
  ASSERT_TRUE(ParseClosePayload("", status, violation));
  EXPECT_EQ(status.code, 0);
  EXPECT_EQ(ClosePayload(0, "ignored"), "");
}

TEST(ClosePayload, NamesWhatIsWrong) {
  CloseStatus status;
  Violation violation;
  EXPECT_FALSE(ParseClosePayload("\x03", status, violation));
  EXPECT_EQ(violation.code, 1002);
  EXPECT_EQ(violation.reason, "received close control frame with payload len 1");
  EXPECT_FALSE(ParseClosePayload("\x03\xed", status, violation));
  EXPECT_EQ(violation.reason, "invalid close code 1005");
  EXPECT_FALSE(ParseClosePayload("\x03\xe8\xff", status, violation));
  EXPECT_EQ(violation.code, 1007);
  EXPECT_EQ(violation.reason, "invalid close reason (non-UTF8 payload)");
}

}  // namespace
}  // namespace wampgate::websocket
