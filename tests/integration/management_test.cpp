#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "integration/managed_node.hpp"

/// The node is changed while it runs, over gRPC, with the real wampgatectl.
namespace wampgate::test {
namespace {

using ::testing::HasSubstr;

/// Edge with a second backend, a route to it and a path.
json EdgeWithMore() {
  json worker = Edge();
  worker["connections"]["second"] = Connection("second.sock");
  worker["routes"]["realm2"]["anonymous"] = "second";
  worker["transports"][0]["paths"]["ws2"] = worker["transports"][0]["paths"]["ws"];
  worker["transports"][0]["paths"]["new"] = {{"type", "json"}, {"value", 42}};
  return worker;
}

TEST_F(ManagedNode, AddsAPathABackendAndARouteWhile100SessionsExchangeMessages) {
  std::vector<std::unique_ptr<WampClient>> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(Client());
    ASSERT_EQ(clients.back()->Join("realm1").at(0), 2);
  }
  std::atomic<bool> done{false};
  std::atomic<int> lost{0}, rounds{0};
  std::thread traffic([&] {
    for (int request = 1; !done; ++request, ++rounds) {
      for (auto& client : clients) lost += !Echoes(*client, request);
    }
  });
  while (rounds < 3) std::this_thread::yield();
  const int rounds_before = rounds;
  const CtlResult applied = Apply(EdgeWithMore());
  const int rounds_after = rounds;
  while (rounds < rounds_after + 3) std::this_thread::yield();
  done = true;
  traffic.join();

  EXPECT_EQ(applied.exit_code, 0) << applied.err;
  EXPECT_THAT(applied.out, HasSubstr("revision 2 runs"));
  RecordProperty("rounds_during_apply", rounds_after - rounds_before);
  EXPECT_EQ(lost, 0);
  EXPECT_EQ(first_->accepted(), 100);
  EXPECT_EQ(Fetch("/new"), "42");
  auto newcomer = Client("/ws2");
  ASSERT_EQ(newcomer->Join("realm2").at(0), 2);
  EXPECT_TRUE(Echoes(*newcomer, 1));
  EXPECT_EQ(second_->accepted(), 1);

  const CtlResult again = Apply(EdgeWithMore());
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("no change: revision 2"));
}

TEST_F(ManagedNode, RemovesAPathAndKeepsOrClosesItsSessions) {
  ASSERT_EQ(Apply(EdgeWithMore()).exit_code, 0);
  auto on_removed = Client("/ws2"), elsewhere = Client("/ws");
  ASSERT_EQ(on_removed->Join("realm2").at(0), 2);
  ASSERT_EQ(elsewhere->Join("realm1").at(0), 2);

  json without = EdgeWithMore();
  without["transports"][0]["paths"].erase("ws2");
  ASSERT_EQ(Apply(without).exit_code, 0);
  EXPECT_TRUE(Echoes(*on_removed, 1)) << "kept until it closes by itself";
  EXPECT_TRUE(Client("/ws2")->Join("realm2").is_null());

  ASSERT_EQ(Apply(EdgeWithMore()).exit_code, 0);
  auto to_close = Client("/ws2");
  ASSERT_EQ(to_close->Join("realm2").at(0), 2);
  ASSERT_EQ(Apply(without, {"--sessions", "close"}).exit_code, 0);
  EXPECT_EQ(to_close->Receive().at(0), 6);
  EXPECT_TRUE(to_close->AwaitEnd());
  EXPECT_TRUE(Echoes(*elsewhere, 1));
}

TEST_F(ManagedNode, AChangedBacklogIsAnUpdateThatEndsNoSession) {
  auto client = Client();
  ASSERT_EQ(client->Join("realm1").at(0), 2);
  json longer = Edge();
  longer["transports"][0]["endpoint"]["backlog"] = 77;
  const CtlResult applied = Apply(longer, {"--sessions", "close"});
  EXPECT_EQ(applied.exit_code, 0) << applied.err;
  EXPECT_THAT(applied.out, HasSubstr("update  workers/edge/transports/web"));
  EXPECT_TRUE(Echoes(*client, 1));
}

TEST_F(ManagedNode, RefusesToCloseMoreSessionsThanAllowed) {
  ASSERT_EQ(Apply(EdgeWithMore()).exit_code, 0);
  auto one = Client("/ws2"), two = Client("/ws2");
  ASSERT_EQ(one->Join("realm2").at(0), 2);
  ASSERT_EQ(two->Join("realm2").at(0), 2);
  json without = EdgeWithMore();
  without["transports"][0]["paths"].erase("ws2");
  const std::string file = WriteFile(node_, "without.json", NodeText({without}));
  const auto counted = [&] {  // by the process, once a second
    return Ctl(node_, {"diff", "-f", file, "--sessions", "close"}).out.find("closes 2 sessions") !=
           std::string::npos;
  };
  for (const auto end = std::chrono::steady_clock::now() + NodeProcess::kDeadline; !counted();) {
    ASSERT_LT(std::chrono::steady_clock::now(), end);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  const CtlResult refused = Apply(without, {"--sessions", "close", "--max-sessions", "1"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("closes 2 live sessions, and at most 1 may be closed"));
  EXPECT_TRUE(Echoes(*one, 1));
  EXPECT_EQ(Apply(without, {"--sessions", "close", "--max-sessions", "2"}).exit_code, 0);
  EXPECT_EQ(one->Receive().at(0), 6);
  EXPECT_EQ(two->Receive().at(0), 6);
}

TEST_F(ManagedNode, DiffShowsWhatApplyWouldDoAndExitsWith2) {
  const std::string same = WriteFile(node_, "same.json", NodeText({Edge()}));
  EXPECT_EQ(Ctl(node_, {"diff", "-f", same}).exit_code, 0);
  const CtlResult diff =
      Ctl(node_, {"diff", "-f", WriteFile(node_, "more.json", NodeText({EdgeWithMore()}))});
  EXPECT_EQ(diff.exit_code, 2) << diff.err;
  for (const char* expected :
       {"create  workers/edge/backends/second", "create  workers/edge/routes/realm2/anonymous",
        "create  workers/edge/transports/web/paths/ws2"}) {
    EXPECT_THAT(diff.out, HasSubstr(expected));
  }
  EXPECT_THAT(Ctl(node_, {"status"}).out, HasSubstr("revision 1"));
}

TEST_F(ManagedNode, ReportsEveryProblemOfADocumentAndChangesNothing) {
  json bad = Edge();
  bad["routes"]["realm2"]["anonymous"] = "nosuch";
  bad["transports"][0]["paths"]["ws"]["options"] = {{"max_frame_sise", 1}, {"auto_ping_size", "big"}};
  const CtlResult applied = Apply(bad);
  EXPECT_EQ(applied.exit_code, 1);
  EXPECT_THAT(applied.err, HasSubstr("max_frame_sise"));
  EXPECT_THAT(applied.err, HasSubstr("max_frame_size")) << "did you mean";
  EXPECT_THAT(applied.err, HasSubstr("auto_ping_size"));
  EXPECT_THAT(Ctl(node_, {"status"}).out, HasSubstr("revision 1"));
  ASSERT_EQ(Client()->Join("realm1").at(0), 2);
}

TEST_F(ManagedNode, AnAddressThatCannotBeBoundChangesNothing) {
  json taken = Edge();
  json other = taken["transports"][0];
  other["id"] = "other";
  other["endpoint"]["port"] = port_;
  NodeProcess neighbour;
  StubRouter router(neighbour.directory() + "/router.sock");
  neighbour.Start({.configuration = NodeText({Edge()})});
  const int neighbours_port = neighbour.AwaitPort("edge", "web");
  ASSERT_NE(neighbours_port, 0);
  other["endpoint"]["port"] = neighbours_port;
  taken["transports"].push_back(other);
  const CtlResult applied = Apply(taken);
  EXPECT_EQ(applied.exit_code, 1);
  EXPECT_THAT(applied.err, HasSubstr("address already in use"));
  EXPECT_THAT(Ctl(node_, {"status"}).out, HasSubstr("revision 1"));
  ASSERT_EQ(Client()->Join("realm1").at(0), 2);
  EXPECT_EQ(neighbour.Stop(), 0);
}

TEST_F(ManagedNode, RefusesAChangeMadeAgainstAnotherRevisionWithExitCode3) {
  EXPECT_EQ(Apply(EdgeWithMore(), {"--expected-revision", "7"}).exit_code, 3);
  EXPECT_EQ(Apply(EdgeWithMore(), {"--expected-revision", "1"}).exit_code, 0);
}

TEST_F(ManagedNode, DryRunPlansAndChangesNothing) {
  const CtlResult planned = Apply(EdgeWithMore(), {"--dry-run"});
  EXPECT_EQ(planned.exit_code, 0) << planned.err;
  EXPECT_THAT(planned.out, HasSubstr("nothing was changed (revision 1 runs)"));
}

TEST_F(ManagedNode, WhatItExportsIsNoChange) {
  for (const char* format : {"json", "yaml"}) {
    const CtlResult exported = Ctl(node_, {"export", "-o", format});
    ASSERT_EQ(exported.exit_code, 0) << exported.err;
    const std::string file = WriteFile(node_, std::string("exported.") + format, exported.out);
    EXPECT_THAT(Ctl(node_, {"apply", "-f", file}).out, HasSubstr("no change")) << exported.out;
  }
}

TEST_F(ManagedNode, SecretsLeaveTheNodeAsPlaceholdersThatMeanUnchanged) {
  json worker = Edge();
  worker["connections"]["first"]["transport"] = {{"type", "websocket"},
                                                 {"endpoint", {{"type", "unix"}, {"path", "router.sock"}}},
                                                 {"url", "ws://localhost/"},
                                                 {"serializers", {"json"}},
                                                 {"headers", {{"X-Token", "very secret"}}}};
  ASSERT_EQ(Apply(worker).exit_code, 0);
  const CtlResult exported = Ctl(node_, {"export"});
  EXPECT_THAT(exported.out, HasSubstr("<secret:"));
  EXPECT_THAT(exported.out, ::testing::Not(HasSubstr("very secret")));
  const std::string file = WriteFile(node_, "exported.json", exported.out);
  EXPECT_THAT(Ctl(node_, {"apply", "-f", file}).out, HasSubstr("no change"));
  EXPECT_EQ(Ctl(node_, {"diff", "-f", file}).exit_code, 0);
}

TEST_F(ManagedNode, AWorkerIsStoppedStartedAndRestarted) {
  auto client = Client();
  ASSERT_EQ(client->Join("realm1").at(0), 2);
  const auto first_pid = Worker()["processes"][0]["pid"];
  EXPECT_EQ(Ctl(node_, {"worker", "restart", "edge"}).exit_code, 0);
  const json goodbye = client->Receive();
  ASSERT_TRUE(goodbye.is_array());
  EXPECT_EQ(goodbye.at(0), 6);
  EXPECT_EQ(goodbye.at(2), "wamp.close.system_shutdown");
  EXPECT_NE(Worker()["processes"][0]["pid"], first_pid);
  ASSERT_EQ(Client()->Join("realm1").at(0), 2);

  const CtlResult stopped = Ctl(node_, {"worker", "stop", "edge"});
  EXPECT_EQ(stopped.exit_code, 0) << stopped.err;
  EXPECT_EQ(Worker()["state"], "STATE_STOPPED");
  EXPECT_EQ(Ctl(node_, {"worker", "restart", "edge"}).exit_code, 1);
  EXPECT_EQ(Ctl(node_, {"worker", "start", "edge"}).exit_code, 0);
  EXPECT_EQ(Worker()["addresses"]["workers/edge/transports/web"], "tcp4:127.0.0.1:" + std::to_string(port_));
  ASSERT_EQ(Client()->Join("realm1").at(0), 2);
}

TEST_F(ManagedNode, UnknownWorkersAreNotFound) {
  const CtlResult result = Ctl(node_, {"worker", "get", "nosuch"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("nosuch"));
}

TEST_F(ManagedNode, TheNextStartRunsTheLastRevision) {
  ASSERT_EQ(Apply(EdgeWithMore()).exit_code, 0);
  EXPECT_EQ(node_.Stop(), 0);
  node_.Start({.configuration = NodeText({Edge()})});
  ASSERT_TRUE(AwaitStatus());
  const std::string address = Worker()["addresses"]["workers/edge/transports/web"];
  port_ = std::stoi(address.substr(address.rfind(':') + 1));
  EXPECT_EQ(Client("/ws2")->Join("realm2").at(0), 2);
}

}  // namespace
}  // namespace wampgate::test
