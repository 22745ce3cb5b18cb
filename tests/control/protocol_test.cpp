#include "control/protocol.hpp"

#include <gtest/gtest.h>

namespace wampgate::control {
namespace {

constexpr std::uint32_t kAlone = 0;  // what a process says that speaks one version only

TEST(Protocol, IsSpokenWithTheVersionBeforeAndWithALaterOneThatUnderstandsOurs) {
  EXPECT_EQ(CommonVersion(kAlone, kProtocolVersion), kProtocolVersion);
  EXPECT_EQ(CommonVersion(kAlone, kProtocolVersion - 1), kProtocolVersion - 1);
  EXPECT_EQ(CommonVersion(kProtocolVersion, kProtocolVersion + 1), kProtocolVersion);
}

TEST(Protocol, IsNotSpokenWithStrangers) {
  EXPECT_EQ(CommonVersion(kAlone, kOldestProtocolVersion - 1), 0u);
  EXPECT_EQ(CommonVersion(kAlone, kProtocolVersion + 1), 0u);
  EXPECT_EQ(CommonVersion(kProtocolVersion + 1, kProtocolVersion + 2), 0u);
}

}  // namespace
}  // namespace wampgate::control
