#include "management/role_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wampgate::management {
namespace {

using config::Management;
using config::RoleMembers;
using ::testing::ElementsAre;

/// alice is 1000, the group ops 2000 and wampgate 3000.
class FewAccounts final : public Accounts {
 public:
  std::optional<uid_t> UserId(const std::string& name) const override {
    return name == "alice" ? std::optional<uid_t>(1000) : std::nullopt;
  }
  std::optional<gid_t> GroupId(const std::string& name) const override {
    if (name == "ops") return 2000;
    return name == "wampgate" ? std::optional<gid_t>(3000) : std::nullopt;
  }
  std::optional<std::string> UserName(uid_t) const override { return std::nullopt; }
};

constexpr uid_t kOwn = 500;
constexpr const char* kHashOfSecret = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

RolePolicy Policy(const Management& management) {
  return RolePolicy(management, FewAccounts(), kOwn);
}
Role OfUser(const RolePolicy& policy, uid_t uid, std::vector<gid_t> groups = {}) {
  return policy.OfUser(uid, groups);
}

TEST(RolePolicy, WithoutConfigurationRootAndTheNodesUserAreAdminAndTheGroupWampgateIsOperator) {
  const RolePolicy policy = Policy({});
  EXPECT_EQ(OfUser(policy, 0), Role::kAdmin);
  EXPECT_EQ(OfUser(policy, kOwn), Role::kAdmin);
  EXPECT_EQ(OfUser(policy, 1000, {1, 3000}), Role::kOperator);
  EXPECT_EQ(OfUser(policy, 1000, {1, 2}), Role::kNone);
}

TEST(RolePolicy, GivesTheHighestRoleThatNamesTheUserOrOneOfItsGroups) {
  Management management;
  management.roles.emplace();
  (*management.roles)[Role::kViewer].users = {"alice", "1001"};
  (*management.roles)[Role::kViewer].groups = {"2001"};
  (*management.roles)[Role::kEditor].groups = {"ops"};
  const RolePolicy policy = Policy(management);
  EXPECT_EQ(OfUser(policy, 1000), Role::kViewer);
  EXPECT_EQ(OfUser(policy, 1000, {2000}), Role::kEditor);
  EXPECT_EQ(OfUser(policy, 1001), Role::kViewer);
  EXPECT_EQ(OfUser(policy, 1002, {2001}), Role::kViewer);
  EXPECT_EQ(OfUser(policy, 1002), Role::kNone);
  EXPECT_EQ(OfUser(policy, 1002, {3000}), Role::kNone) << "the default group is a default only";
  EXPECT_EQ(OfUser(policy, 0), Role::kAdmin);
}

TEST(RolePolicy, SaysWhichNamesTheSystemDoesNotHaveAndGivesThemNothing) {
  Management management;
  management.roles.emplace();
  (*management.roles)[Role::kAdmin].users = {"mallory", "alice"};
  (*management.roles)[Role::kAdmin].groups = {"nobody_knows"};
  const RolePolicy policy = Policy(management);
  EXPECT_THAT(policy.unknown(), ElementsAre("user \"mallory\"", "group \"nobody_knows\""));
  EXPECT_EQ(OfUser(policy, 1000), Role::kAdmin);
  EXPECT_EQ(OfUser(policy, static_cast<uid_t>(-1)), Role::kNone);
}

TEST(RolePolicy, KnowsCertificatesByAnyOfTheirNames) {
  Management management;
  management.roles.emplace();
  (*management.roles)[Role::kOperator].certificates = {"ops.example.com"};
  const RolePolicy policy = Policy(management);
  const std::vector<std::string> names{"Operations", "ops.example.com"};
  EXPECT_EQ(policy.OfCertificate(names), Role::kOperator);
  EXPECT_EQ(policy.OfCertificate(std::vector<std::string>{"ops.example.com.evil.org"}), Role::kNone);
}

TEST(RolePolicy, KnowsTokensByTheirHash) {
  Management management;
  management.roles.emplace();
  (*management.roles)[Role::kEditor].tokens = {{"ci", kHashOfSecret}, {"other", std::string(64, '0')}};
  const RolePolicy policy = Policy(management);
  const auto known = policy.OfToken("secret");
  ASSERT_TRUE(known);
  EXPECT_EQ(known->name, "ci");
  EXPECT_EQ(known->role, Role::kEditor);
  EXPECT_FALSE(policy.OfToken("Secret"));
  EXPECT_FALSE(policy.OfToken(kHashOfSecret)) << "the hash is no token";
  EXPECT_FALSE(policy.OfToken(""));
}

}  // namespace
}  // namespace wampgate::management
