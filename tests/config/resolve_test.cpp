#include "config/resolve.hpp"

#include <gtest/gtest.h>

#include <string>

#include "config/environment_for_tests.hpp"
#include "config/load.hpp"
#include "config/problem_text.hpp"

namespace wampgate::config {
namespace {

Loaded LoadNode(const std::string& json, std::map<std::string, std::string> variables = {}) {
  return LoadText(json, Format::kJson, TestEnvironment(std::move(variables)));
}
Loaded LoadWorker(const std::string& fields) {
  return LoadNode("{\"workers\":[{" + fields + "}]}");
}
std::string ProblemsOf(Loaded loaded) {
  for (Problem& problem : loaded.problems) problem.line = problem.column = 0;
  return AllOf(loaded.problems);
}
const std::string kTransport =
    R"("transports":[{"type":"web","endpoint":{"type":"tcp","port":80},"paths":{"a":{"type":"none"}}}])";

TEST(Resolve, GivesTheNodeItsDefaults) {
  const Loaded loaded = LoadWorker(R"("type":"proxy",)" + kTransport);
  ASSERT_TRUE(loaded.node) << AllOf(loaded.problems);
  EXPECT_EQ(loaded.node->id, "gate-1");
  EXPECT_EQ(loaded.node->directory, "/node");
  EXPECT_EQ(loaded.node->shutdown_grace, std::chrono::seconds(10));
  EXPECT_EQ(loaded.node->orphan_timeout, std::chrono::minutes(10));
  EXPECT_TRUE(loaded.node->auto_rollback);
  const Worker& worker = loaded.node->workers.at(0);
  EXPECT_EQ(worker.id, "worker001");
  EXPECT_EQ(worker.processes, 1);
  EXPECT_TRUE(worker.inherit_env);
  EXPECT_EQ(worker.limits, proxy::SessionLimits());
}

TEST(Resolve, CountsWorkersWithoutId) {
  const Loaded loaded =
      LoadNode(R"({"workers":[{"type":"proxy"},{"type":"router","id":"mine"},{"type":"proxy"}]})");
  ASSERT_TRUE(loaded.node) << AllOf(loaded.problems);
  EXPECT_EQ(loaded.node->workers[0].id, "worker001");
  EXPECT_EQ(loaded.node->workers[1].id, "mine");
  EXPECT_EQ(loaded.node->workers[2].id, "worker002");
}

TEST(Resolve, RefusesBadAndRepeatedIds) {
  EXPECT_EQ(
      ProblemsOf(LoadNode(R"({"controller":{"id":"No"},"workers":[{"type":"proxy","id":"abc",)" + kTransport +
                          R"(},{"type":"proxy","id":"abc","transports":[{"type":"web","id":"1",
                                "endpoint":{"type":"tcp","port":81},"paths":{"a":{"type":"none","id":"A"}}}]}]})")),
      "controller.id: expected an id (^[a-z][a-z0-9_]{2,63}$), found \"No\"\n"
      "workers[1].id: the id \"abc\" is used twice\n"
      "workers[1].transports[0].id: expected an id (^[a-z][a-z0-9_]{2,63}$), found \"1\"\n"
      "workers[1].transports[0].paths.a.id: expected an id (^[a-z][a-z0-9_]{2,63}$), found \"A\"\n");
}

TEST(Resolve, TakesOptionsOfWorkers) {
  const Loaded loaded = LoadNode(R"({"limits":{"shutdown_grace":500,"orphan_timeout":0},
      "management":{"auto_rollback":false},"workers":[{"type":"proxy","options":{
      "title":"front","processes":"auto","env":{"inherit":["PATH","NONE"],"vars":{"A":"b"}}},
      "limits":{"hello_timeout":100,"slow_consumer_timeout":200,"max_sessions":7,"expose_backend_details":true}}]})",
                                 {{"PATH", "/bin"}});
  ASSERT_TRUE(loaded.node) << AllOf(loaded.problems);
  EXPECT_EQ(loaded.node->shutdown_grace, std::chrono::milliseconds(500));
  EXPECT_EQ(loaded.node->orphan_timeout, std::chrono::milliseconds(0));
  EXPECT_FALSE(loaded.node->auto_rollback);
  const Worker& worker = loaded.node->workers.at(0);
  EXPECT_EQ(worker.title, "front");
  EXPECT_EQ(worker.processes, 2);
  EXPECT_FALSE(worker.inherit_env);
  EXPECT_EQ(worker.env, (std::map<std::string, std::string>{{"A", "b"}, {"PATH", "/bin"}}));
  EXPECT_EQ(worker.limits.hello_timeout, std::chrono::milliseconds(100));
  EXPECT_EQ(worker.limits.slow_consumer_timeout, std::chrono::milliseconds(200));
  EXPECT_EQ(worker.limits.max_sessions, 7u);
  EXPECT_TRUE(worker.limits.expose_backend_details);
}

TEST(Resolve, LeavesDisabledWorkersOut) {
  const auto workers = [](const std::string& disabled, std::map<std::string, std::string> variables = {}) {
    const Loaded loaded = LoadNode(
        R"({"workers":[{"type":"proxy","options":{"disabled":)" + disabled + "}}]}", std::move(variables));
    return loaded.node ? static_cast<int>(loaded.node->workers.size()) : -1;
  };
  EXPECT_EQ(workers("true"), 0);
  EXPECT_EQ(workers("false"), 1);
  EXPECT_EQ(workers("\"${OFF}\""), 1);
  EXPECT_EQ(workers("\"${OFF}\"", {{"OFF", "1"}}), 0);
  EXPECT_EQ(workers("\"${OFF}\"", {{"OFF", "false"}}), 1);
  EXPECT_EQ(workers("\"OFF\""), -1);
}

TEST(Resolve, RunsRoutersInOneProcess) {
  EXPECT_EQ(
      ProblemsOf(LoadWorker(R"("type":"router","realms":[{"name":"realm1","roles":[{"name":"a","permissions":
                                     [{"uri":""}]}]}],"options":{"processes":2},)" +
                            kTransport)),
      "workers[0].options.processes: expected 1: the realms of a router worker live in one process, found "
      "2\n");
}

TEST(Resolve, ReadsRealmsAndPermissions) {
  const Loaded loaded =
      LoadNode(R"({"workers":[{"type":"router","realms":[{"name":"$REALM","roles":[{"name":"user",
      "permissions":[{"uri":"com.*","allow":{"call":true,"register":true},"cache":true},
                     {"uri":"a..b","match":"wildcard","allow":{"publish":true,"subscribe":true},
                      "disclose":{"caller":true,"publisher":true}}]}]}]}]})",
               {{"REALM", "realm1"}});
  ASSERT_TRUE(loaded.node) << AllOf(loaded.problems);
  const router::RealmOptions& realm = loaded.node->workers[0].realms.at(0);
  EXPECT_EQ(realm.name, "realm1");
  router::Permission first;
  first.uri = "com.";
  first.match = router::Match::kPrefix;
  first.call = first.register_ = true;
  router::Permission second;
  second.uri = "a..b";
  second.match = router::Match::kWildcard;
  second.publish = second.subscribe = second.disclose_caller = second.disclose_publisher = true;
  EXPECT_EQ(realm.roles.at(0).permissions, (std::vector<router::Permission>{first, second}));
}

TEST(Resolve, RefusesRealmsThatNobodyCouldName) {
  const std::string role =
      R"("roles":[{"name":"a","permissions":[{"uri":"a b"}]},{"name":"a","permissions":[{"uri":""}]}])";
  EXPECT_EQ(
      ProblemsOf(LoadWorker(R"("type":"router","realms":[{"name":"r1",)" + role +
                            R"(},{"name":"realm","roles":[]},
                                     {"name":"realm","roles":[]},{"name":"$X","roles":[]}],)" +
                            kTransport)),
      "workers[0].realms[0].name: expected a letter and then 2 to 254 letters, digits and \"_-@.\", found "
      "\"r1\"\n"
      "workers[0].realms[0].roles[0].permissions[0].uri: expected a URI or pattern, found \"a b\"\n"
      "workers[0].realms[0].roles[1].name: the role \"a\" is defined twice\n"
      "warning: workers[0].realms[1]: has no roles: nobody can join it\n"
      "warning: workers[0].realms[2]: has no roles: nobody can join it\n"
      "workers[0].realms[2].name: the realm \"realm\" is defined twice\n"
      "warning: workers[0].realms[3]: has no roles: nobody can join it\n"
      "workers[0].realms[3].name: environment variable '$X' not set\n");
}

TEST(Resolve, GivesTheSameAnswerEveryTime) {
  const std::string text =
      R"({"workers":[{"type":"proxy","connections":{"b":{"transport":{"type":"rawsocket","endpoint":
      {"type":"unix","path":"r"}}},"a":{"transport":{"type":"rawsocket","endpoint":{"type":"unix","path":"q"}}}},
      "routes":{"z1":{"r":"a"},"y1":{"q":["b","a"],"p":"x"}}}]})";
  const std::string first = ProblemsOf(LoadNode(text));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ProblemsOf(LoadNode(text)), first);
}

TEST(ExtractWorker, HoldsThisWorkerAloneAndNoVariables) {
  const Loaded loaded =
      LoadNode(R"({"workers":[{"type":"proxy","id":"first"},{"type":"proxy","options":{"disabled":
      "${OFF}"},"transports":[{"type":"rawsocket","endpoint":{"type":"tcp","port":"$P"}},
      {"type":"rawsocket","endpoint":{"type":"unix","path":"$D/s"}}]}]})",
               {{"P", "8080"}, {"D", "/run"}});
  ASSERT_TRUE(loaded.document) << AllOf(loaded.problems);
  const auto extract =
      ExtractWorker(*loaded.document, "worker001", TestEnvironment({{"P", "8080"}, {"D", "/run"}}));
  ASSERT_TRUE(extract);
  EXPECT_EQ(WriteJson(*extract).find('$'), std::string::npos) << WriteJson(*extract);
  const Resolution resolution = Resolve(*extract, TestEnvironment({{"OFF", "1"}}));
  ASSERT_TRUE(resolution.node) << AllOf(resolution.problems);
  ASSERT_EQ(resolution.node->workers.size(), 1u);
  EXPECT_EQ(resolution.node->workers[0], loaded.node->workers[1]);
  EXPECT_FALSE(ExtractWorker(*loaded.document, "nobody", TestEnvironment()));
}

TEST(CoresOfQuota, ReadsCpuMax) {
  EXPECT_EQ(CoresOfQuota("max 100000\n"), std::nullopt);
  EXPECT_EQ(CoresOfQuota("200000 100000\n"), 2);
  EXPECT_EQ(CoresOfQuota("150000 100000\n"), 2);
  EXPECT_EQ(CoresOfQuota("1000 100000\n"), 1);
  EXPECT_EQ(CoresOfQuota(""), std::nullopt);
  EXPECT_EQ(CoresOfQuota("5"), std::nullopt);
  EXPECT_GE(UsableCores(), 1);
}

}  // namespace
}  // namespace wampgate::config
