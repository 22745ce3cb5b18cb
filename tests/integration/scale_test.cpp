#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/arrivals.hpp"
#include "integration/edge_node.hpp"

/// Workers get more and fewer processes while clients come and sessions live.
namespace wampgate::test {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::milliseconds kFiveHundredASecond{2};

class ScaledNode : public EdgeNode {
 protected:
  json Worker() override {
    json worker = TransparentWorker();
    worker["options"] = {{"processes", 3}};
    return worker;
  }
  CtlResult Scale(const std::string& processes, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"worker", "scale", "edge", processes});
    return Ctl(node_, more);
  }
  /// Of the worker, by state.
  std::map<std::string, int> Processes() {
    std::map<std::string, int> states;
    const json worker = Ask({"worker", "get", "edge"});
    for (const json& process : worker["processes"]) ++states[process["state"]];
    return states;
  }
  json Exported() {
    return json::parse(Ctl(node_, {"export", "-o", "json"}).out)["workers"][0]["options"]["processes"];
  }
};

using States = std::map<std::string, int>;

TEST_F(ScaledNode, RefusesAndResetsNobodyOnTheWayDownAndUp) {
  Arrivals arrivals(Port("web"), kFiveHundredASecond);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // so that there is a load
  EXPECT_EQ(Scale("1").exit_code, 0);
  EXPECT_TRUE(Eventually([&] { return Processes() == States{{"STATE_RUNNING", 1}}; }));
  EXPECT_EQ(Exported(), 1);
  EXPECT_EQ(Scale("3").exit_code, 0);
  EXPECT_EQ(Processes(), (States{{"STATE_RUNNING", 3}}));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  arrivals.Stop();
  EXPECT_GT(arrivals.served(), 500);
  EXPECT_EQ(arrivals.failed(), 0) << arrivals.served() << " were served";
}

TEST_F(ScaledNode, EndsTheSessionsOfWhatGoesAtTheRateAndKeepsTheOthers) {
  auto clients = Joined(30);
  const CtlResult planned = Scale("1", {"--dry-run"});
  EXPECT_EQ(planned.exit_code, 0) << planned.err;
  EXPECT_THAT(planned.out, HasSubstr("options.processes: 3 -> 1"));
  EXPECT_EQ(Exported(), 3);
  const json scaled = json::parse(Scale("1", {"--drain-rate", "20", "-o", "json"}).out);
  const std::string operation = scaled["result"].value("operation", "");
  EXPECT_THAT(operation, HasSubstr("operations/"));
  EXPECT_EQ(Ctl(node_, {"operation", "wait", operation, "--for", "60"}).exit_code, 0);
  EXPECT_TRUE(Eventually([&] { return Processes() == States{{"STATE_RUNNING", 1}}; }));
  int ended = 0;
  for (std::size_t i = 0; i < clients.size(); ++i) {
    clients[i]->Send({48, 1, json::object(), "com.example.echo", {1}});
    const json answer = clients[i]->Receive(NodeProcess::kDeadline);
    if (IsGoodbye(answer)) {
      ++ended;
    } else {
      EXPECT_EQ(answer.at(0), 50) << answer;
    }
  }
  EXPECT_GT(ended, 0);
  EXPECT_LT(ended, 30);
}

TEST_F(ScaledNode, KeepsAProcessThatHasNoPlaceUntilItsSessionsHaveEnded) {
  auto clients = Joined(30);
  ASSERT_EQ(Scale("1", {"--sessions", "keep"}).exit_code, 0);
  EXPECT_EQ(Processes(), (States{{"STATE_RUNNING", 1}, {"STATE_DRAINING", 2}}));
  EXPECT_THAT(Ctl(node_, {"status"}).out, HasSubstr("drains, "));
  for (auto& client : clients) EXPECT_TRUE(Echoes(*client, 1));
  node_.Signal(SIGKILL);
  ASSERT_TRUE(node_.AwaitExit());
  node_.Restart();
  ASSERT_TRUE(Eventually([&] { return Ctl(node_, {"status"}).exit_code == 0; })) << node_.log();
  EXPECT_EQ(Processes(), (States{{"STATE_RUNNING", 1}, {"STATE_DRAINING", 2}})) << "after a restart";
  for (auto& client : clients) EXPECT_TRUE(Echoes(*client, 2));
  clients.clear();
  EXPECT_TRUE(Eventually([&] { return Processes() == States{{"STATE_RUNNING", 1}}; }));
}

TEST_F(ScaledNode, RefusesWhatCannotBe) {
  EXPECT_THAT(Scale("0").err, HasSubstr("processes: expected a number from 1 to 256, found 0"));
  EXPECT_THAT(Scale("257").err, HasSubstr("256"));
  const CtlResult stale = Scale("2", {"--etag", "none"});
  EXPECT_EQ(stale.exit_code, 3) << stale.err;
  EXPECT_THAT(Ctl(node_, {"worker", "scale", "nobody", "2"}).err, HasSubstr("there is no workers/nobody"));
  EXPECT_EQ(Exported(), 3);
}

TEST_F(ScaledNode, IsScaledOnceByARepeatedRequest) {
  const std::vector<std::string> id{"--request-id", "2f1c1b7e-6f2a-4c0f-9a52-3b8d0d0c7e11"};
  const CtlResult first = Scale("2", id);
  EXPECT_EQ(first.exit_code, 0) << first.err;
  const std::string revision = Ask({"status"})["config"]["revision"];
  EXPECT_EQ(Scale("2", id).exit_code, 0);
  EXPECT_EQ(Ask({"status"})["config"]["revision"], revision);
}

// The object is gone at once; its sessions end at the rate.
TEST_F(ScaledNode, DrainsTheSessionsOfATransportThatIsRemoved) {
  auto clients = Joined(20);
  auto other = WampClient::RawSocket({Port("raw")}, wamp::Serializer::kJson);
  ASSERT_EQ(other->Join("realm1").at(0), 2);
  const int port = Port("web");
  const auto begin = std::chrono::steady_clock::now();
  const json removed = json::parse(Ctl(node_, {"transport", "delete", "edge/web", "--sessions", "drain",
                                               "--drain-rate", "5", "-o", "json"})
                                       .out);
  EXPECT_FALSE(ConnectTo({port})) << "the transport is gone";
  const std::string operation = removed.value("operation", "");
  EXPECT_EQ(Ctl(node_, {"operation", "wait", operation, "--for", "60"}).exit_code, 0);
  EXPECT_GT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(500));
  for (auto& client : clients) EXPECT_TRUE(IsGoodbye(client->Receive(NodeProcess::kDeadline)));
  EXPECT_TRUE(Echoes(*other, 1));
}

TEST_F(ScaledNode, GoesOnToDrainThemWhenTheSupervisorWasKilled) {
  auto clients = Joined(20);
  const json removed = json::parse(Ctl(node_, {"transport", "delete", "edge/web", "--sessions", "drain",
                                               "--drain-rate", "1", "-o", "json"})
                                       .out);
  const std::string operation = removed.value("operation", "");
  node_.Signal(SIGKILL);
  ASSERT_TRUE(node_.AwaitExit());
  node_.Restart();
  ASSERT_TRUE(Eventually([&] { return Ctl(node_, {"status"}).exit_code == 0; })) << node_.log();
  const CtlResult waited = Ctl(node_, {"operation", "wait", operation, "--for", "60"});
  EXPECT_EQ(waited.exit_code, 0) << waited.err;
  for (auto& client : clients) EXPECT_TRUE(IsGoodbye(client->Receive(NodeProcess::kDeadline)));
}

TEST_F(ScaledNode, DrainsTheSessionsOfAWorkerThatIsRemoved) {
  json second = TransparentWorker("second");
  const auto document = [&](const json& workers) {
    return WriteFile(node_, "next.json", json{{"version", 2}, {"workers", workers}}.dump());
  };
  ASSERT_EQ(Ctl(node_, {"apply", "-f", document(json::array({Worker(), second}))}).exit_code, 0);
  const std::string address =
      Ask({"worker", "get", "second"})["addresses"].value("workers/second/transports/raw", ":0");
  auto client =
      WampClient::RawSocket({std::stoi(address.substr(address.rfind(':') + 1))}, wamp::Serializer::kJson);
  ASSERT_EQ(client->Join("realm1").at(0), 2);
  const CtlResult removed = Ctl(node_, {"apply", "-f", document(json::array({Worker()})), "--sessions",
                                        "drain", "--drain-rate", "1", "--drain-deadline", "60s"});
  EXPECT_THAT(removed.out, HasSubstr("ends the sessions of what went")) << removed.err;
  EXPECT_TRUE(IsGoodbye(client->Receive(NodeProcess::kDeadline)));
}

}  // namespace
}  // namespace wampgate::test
