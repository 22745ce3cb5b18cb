#include "config/resolve_management.hpp"

#include <gtest/gtest.h>

#include "config/environment_for_tests.hpp"
#include "config/load.hpp"
#include "config/problem_text.hpp"

namespace wampgate::config {
namespace {

Loaded LoadManagement(const std::string& management) {
  return LoadText(R"({"workers":[{"type":"proxy"}],"management":)" + management + "}", Format::kJson,
                  TestEnvironment());
}

const std::string kHash = "2BB80D537B1DA3E38BD30361AA855686BDE0EACD7162FEF6A25FE97BF527A25B";

TEST(ResolveManagement, TakesRolesAndListeners) {
  const Loaded loaded = LoadManagement(R"({"roles":{
      "viewer":{"users":"1000","groups":["staff","4"]},
      "editor":{"certificates":["ops.example.com"],"tokens":{"ci":")" +
                                       kHash + R"("}}},
    "listen":[{"port":7000,"tls":{"certificate":"c.pem","key":"/k.pem"}},
      {"interface":"::","port":0,"tls":{"certificate":"c.pem","key":"k.pem","ca":"ca.pem"}}]})");
  ASSERT_TRUE(loaded.node) << AllOf(loaded.problems);
  const Management& management = loaded.node->management;
  ASSERT_TRUE(management.roles);
  EXPECT_EQ(management.roles->at(Role::kViewer).users, std::vector<std::string>{"1000"});
  EXPECT_EQ(management.roles->at(Role::kViewer).groups, (std::vector<std::string>{"staff", "4"}));
  const RoleMembers& editors = management.roles->at(Role::kEditor);
  EXPECT_EQ(editors.certificates, std::vector<std::string>{"ops.example.com"});
  EXPECT_TRUE(editors.tokens.at("ci").starts_with("2bb80d53"));
  ASSERT_EQ(management.listen.size(), 2u);
  EXPECT_EQ(management.listen[0].interface, "127.0.0.1");
  EXPECT_EQ(management.listen[0].port, 7000);
  EXPECT_TRUE(management.listen[0].certificate.ends_with("/c.pem"));
  EXPECT_EQ(management.listen[0].key, "/k.pem");
  EXPECT_EQ(management.listen[0].ca, "");
  EXPECT_EQ(management.listen[1].interface, "::");
  EXPECT_TRUE(management.listen[1].ca.ends_with("/ca.pem"));
}

TEST(ResolveManagement, RefusesWhatIsNotSafeOrDoesNotExist) {
  const Loaded loaded = LoadManagement(R"({"roles":{"root":{"users":[""]},"admin":{"tokens":{"ci":"secret"}}},
    "listen":[{"port":7000},{"interface":"localhost","port":1,"tls":{"certificate":"","key":"k.pem"}}]})");
  EXPECT_FALSE(loaded.node);
  const std::string problems = AllOf(loaded.problems);
  for (const char* wanted :
       {"management.roles.root: expected one of the roles viewer, operator, editor and admin",
        "management.roles.root.users[0]: expected a name",
        "management.roles.admin.tokens.ci: expected the SHA-256 of the token",
        "management.listen[0].tls: missing", "management.listen[1].interface: expected an address literal",
        "management.listen[1].tls.certificate: expected a path"}) {
    EXPECT_NE(problems.find(wanted), std::string::npos) << wanted << "\n" << problems;
  }
  EXPECT_EQ(problems.find("secret"), std::string::npos) << problems;
}

TEST(ResolveManagement, APortOnWhichNobodyCouldBeKnownIsAnError) {
  const Loaded loaded = LoadManagement(
      R"({"roles":{"admin":{"users":["root"]}},"listen":[{"port":1,"tls":{"certificate":"c","key":"k"}}]})");
  EXPECT_FALSE(loaded.node);
  EXPECT_NE(AllOf(loaded.problems).find("management.listen[0].tls.ca: missing; nobody could say"),
            std::string::npos)
      << AllOf(loaded.problems);
}

TEST(ResolveManagement, HttpListensOnLoopbackUnlessSaidOtherwise) {
  EXPECT_EQ(LoadManagement("{}").node->management.http, std::nullopt);
  const Loaded loaded = LoadManagement(R"({"http":{"port":9100}})");
  ASSERT_TRUE(loaded.node) << AllOf(loaded.problems);
  EXPECT_EQ(loaded.node->management.http, (ManagementHttp{"127.0.0.1", 9100}));
  EXPECT_EQ(LoadManagement(R"({"http":{"interface":"::","port":0}})").node->management.http,
            (ManagementHttp{"::", 0}));
  const Loaded wrong = LoadManagement(R"({"http":{"interface":"everywhere"}})");
  EXPECT_FALSE(wrong.node);
  EXPECT_NE(AllOf(wrong.problems).find("management.http.interface: expected an address literal"),
            std::string::npos)
      << AllOf(wrong.problems);
  EXPECT_NE(AllOf(wrong.problems).find("management.http.port: missing"), std::string::npos);
}

}  // namespace
}  // namespace wampgate::config
