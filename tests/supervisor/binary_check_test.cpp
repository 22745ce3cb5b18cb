#include "supervisor/binary_check.hpp"

#include <gtest/gtest.h>

#include "base/build_id.hpp"
#include "control/protocol.hpp"

namespace wampgate::supervisor {
namespace {

TEST(BinaryFacts, AreReadAsTheyAreSaid) {
  const auto facts = ParseFacts(FactsText());
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->build_id, BuildId());
  EXPECT_EQ(facts->newest_protocol, control::kProtocolVersion);
  EXPECT_EQ(facts->oldest_protocol, control::kOldestProtocolVersion);
  EXPECT_TRUE(facts->checks_command_lines);
  const auto older = ParseFacts("wampgated 0.1.0\nbuild x\nprotocol 1 2\n");
  ASSERT_TRUE(older.ok());
  EXPECT_FALSE(older->checks_command_lines);
}

TEST(BinaryFacts, AreNoOtherText) {
  for (const char* text :
       {"", "wampgated 0.1.0", "nginx 1\nbuild x\nprotocol 1 2\n", "wampgated 1\nbuild x\nprotocol a b"}) {
    EXPECT_FALSE(ParseFacts(text).ok()) << text;
  }
}

}  // namespace
}  // namespace wampgate::supervisor
