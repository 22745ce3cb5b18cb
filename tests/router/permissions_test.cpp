#include "router/permissions.hpp"

#include <gtest/gtest.h>

namespace wampgate::router {
namespace {

Permission Rule(std::string uri, Match match, bool call) {
  Permission rule;
  rule.uri = std::move(uri);
  rule.match = match;
  rule.call = call;
  return rule;
}

TEST(Permissions, WithoutARuleNothingIsAllowed) {
  EXPECT_FALSE(Permissions({}).Allows(Action::kCall, "com.a"));
}

TEST(Permissions, TheLongestPatternDecides) {
  const Permissions permissions({Rule("", Match::kPrefix, true), Rule("com.secret.", Match::kPrefix, false),
                                 Rule("com.secret.open", Match::kExact, true)});
  EXPECT_TRUE(permissions.Allows(Action::kCall, "com.a"));
  EXPECT_FALSE(permissions.Allows(Action::kCall, "com.secret.a"));
  EXPECT_TRUE(permissions.Allows(Action::kCall, "com.secret.open"));
}

TEST(Permissions, ActionsAreAllowedOneByOne) {
  Permission rule = Rule("a", Match::kExact, false);
  rule.subscribe = true;
  const Permissions permissions({rule});
  EXPECT_TRUE(permissions.Allows(Action::kSubscribe, "a"));
  for (const Action action : {Action::kCall, Action::kRegister, Action::kPublish}) {
    EXPECT_FALSE(permissions.Allows(action, "a"));
  }
}

TEST(Covers, WildcardsStandForExactlyOneComponent) {
  EXPECT_TRUE(Covers("com..go", Match::kWildcard, "com.a.go"));
  EXPECT_TRUE(Covers("com..", Match::kWildcard, "com.a.b"));
  EXPECT_FALSE(Covers("com..go", Match::kWildcard, "com.a.b.go"));
  EXPECT_FALSE(Covers("com..go", Match::kWildcard, "com.a"));
  EXPECT_FALSE(Covers("com..go", Match::kWildcard, "com.a.stop"));
}

TEST(Covers, PrefixesNeedNotEndAtADot) {
  EXPECT_TRUE(Covers("com.ex", Match::kPrefix, "com.example"));
  EXPECT_FALSE(Covers("com.ex", Match::kPrefix, "com"));
}

}  // namespace
}  // namespace wampgate::router
