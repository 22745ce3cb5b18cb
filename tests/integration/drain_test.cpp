#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "integration/edge_node.hpp"
#include "support/grpc_health.hpp"

/// A node is taken out of service while sessions live on it, with the real wampgatectl.
namespace wampgate::test {
namespace {

using ::testing::HasSubstr;

class DrainingNode : public EdgeNode {
 protected:
  /// The name of the operation.
  std::string Drain(std::vector<std::string> options) {
    options.insert(options.begin(), "drain");
    return Ask(options).value("name", "");
  }
};

constexpr const char* kHello = "GET /value HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

TEST_F(DrainingNode, IsNotReadyEndsItsSessionsAtTheRateAndAnswersNobody) {
  auto clients = Joined(20);
  ASSERT_TRUE(HealthBecomes(node_, kServing));
  const auto begin = std::chrono::steady_clock::now();
  const std::string operation = Drain({"--rate", "10", "--deadline", "600"});
  EXPECT_FALSE(Status()["ready"]);
  EXPECT_TRUE(HealthBecomes(node_, kNotServing));
  for (auto& client : clients) {
    EXPECT_TRUE(IsGoodbye(client->Receive(NodeProcess::kDeadline)));
    client->Send({6, json::object(), "wamp.close.goodbye_and_out"});
  }
  EXPECT_GT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1000))
      << "20 sessions at 10/s";
  const CtlResult waited = Ctl(node_, {"operation", "wait", operation, "--for", "30"});
  EXPECT_EQ(waited.exit_code, 0) << waited.err;
  EXPECT_THAT(waited.out, HasSubstr("done (node: done, 0 of 20 sessions left)"));
  EXPECT_THAT(Ctl(node_, {"status"}).out, HasSubstr("not ready: the node is draining"));

  BlockingSocket waiting(ConnectTo({Port("web")}));
  waiting.Write(kHello);
  EXPECT_FALSE(waiting.Fill(1, std::chrono::milliseconds(500))) << "it answers, though it is drained";
  EXPECT_EQ(Ctl(node_, {"undrain"}).out, "ready\n");
  EXPECT_TRUE(waiting.TakeThrough("\r\n\r\n", WampClient::kDeadline).starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(HealthBecomes(node_, kServing));
  EXPECT_EQ(Client()->Join("realm1").at(0), 2);
}

TEST_F(DrainingNode, AcceptsInItsLameDuckTimeAndGoesOnWhenItIsCancelled) {
  const std::string operation = Drain({"--lame-duck", "500", "--deadline", "600"});
  EXPECT_TRUE(HealthBecomes(node_, kNotServing));
  auto client = Client();
  EXPECT_EQ(client->Join("realm1").at(0), 2);
  EXPECT_EQ(Drain({"--lame-duck", "500", "--deadline", "600"}), operation) << "asked again";
  const CtlResult other = Ctl(node_, {"drain", "--rate", "1"});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.err, HasSubstr("drains already, with other settings: cancel " + operation));
  EXPECT_THAT(Ctl(node_, {"operation", "list"}).out, HasSubstr("node: lame duck"));
  EXPECT_EQ(Ctl(node_, {"operation", "wait", operation, "--for", "1"}).exit_code, 4);
  EXPECT_EQ(Ctl(node_, {"operation", "cancel", operation}).exit_code, 0);
  EXPECT_TRUE(HealthBecomes(node_, kServing));
  EXPECT_TRUE(Echoes(*client, 1));
  const CtlResult ended = Ctl(node_, {"operation", "wait", operation});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.err, HasSubstr("node accepts again"));
}

TEST_F(DrainingNode, ClosesWhatIsLeftAtTheDeadline) {
  auto clients = Joined(5);
  Drain({"--rate", "1", "--deadline", "1"});
  for (auto& client : clients) EXPECT_TRUE(IsGoodbye(client->Receive(NodeProcess::kDeadline)));
}

TEST_F(DrainingNode, RefusesSettingsThatMakeNoSense) {
  const CtlResult late = Ctl(node_, {"drain", "--lame-duck", "10", "--deadline", "5"});
  EXPECT_EQ(late.exit_code, 1);
  EXPECT_THAT(late.err, HasSubstr("deadline: it counts from the call"));
  EXPECT_THAT(Ctl(node_, {"drain", "--jitter", "101"}).err, HasSubstr("jitter_percent: expected 0 to 100"));
  EXPECT_TRUE(Status()["ready"]);
}

TEST_F(DrainingNode, IsDrainedAfterARestartUntilItIsUndrained) {
  ASSERT_EQ(Ctl(node_, {"drain", "--wait"}).exit_code, 0);
  ASSERT_EQ(node_.Stop(), 0);
  Start();
  EXPECT_TRUE(Status()["draining"]);
  EXPECT_THAT(Ctl(node_, {"status"}).out, HasSubstr("node is draining, by an operator"));
  BlockingSocket waiting(ConnectTo({Port("web")}));
  waiting.Write(kHello);
  EXPECT_FALSE(waiting.Fill(1, std::chrono::milliseconds(500)));
  EXPECT_EQ(Ctl(node_, {"undrain"}).exit_code, 0);
  EXPECT_TRUE(waiting.TakeThrough("\r\n\r\n", WampClient::kDeadline).starts_with("HTTP/1.1 200"));
}

TEST_F(DrainingNode, GoesOnDrainingWhenItsSupervisorIsKilledInTheMiddle) {
  auto clients = Joined(40);
  Drain({"--rate", "2", "--deadline", "600"});
  const auto open = [&] { return Ask({"session", "list"})["sessions"].size(); };
  ASSERT_TRUE(Eventually([&] { return open() < clients.size(); }));
  node_.Signal(SIGKILL);
  ASSERT_EQ(node_.AwaitExit(), 128 + SIGKILL);
  node_.Restart();
  ASSERT_TRUE(Eventually([&] { return Ctl(node_, {"status"}).exit_code == 0; })) << node_.log();
  EXPECT_TRUE(Status()["draining"]);
  EXPECT_GT(open(), 0U) << "40 sessions at 2/s: it was no longer draining when it was killed";
  for (auto& client : clients) {
    ASSERT_TRUE(IsGoodbye(client->Receive(NodeProcess::kDeadline)));
    client->Send({6, json::object(), "wamp.close.goodbye_and_out"});
  }
  EXPECT_TRUE(Eventually([&] { return open() == 0; }));
  BlockingSocket waiting(ConnectTo({Port("web")}));
  waiting.Write(kHello);
  EXPECT_FALSE(waiting.Fill(1, std::chrono::milliseconds(500))) << "it answers, though it is drained";
  EXPECT_EQ(Ctl(node_, {"undrain"}).out, "ready\n");
  EXPECT_TRUE(waiting.TakeThrough("\r\n\r\n", WampClient::kDeadline).starts_with("HTTP/1.1 200"));
}

TEST_F(DrainingNode, HasProcessesThatStartMeanwhileAcceptNothing) {
  ASSERT_EQ(Ctl(node_, {"drain", "--wait"}).exit_code, 0);
  ASSERT_EQ(Ctl(node_, {"worker", "restart", "edge"}).exit_code, 0);
  BlockingSocket waiting(ConnectTo({Port("web")}));
  waiting.Write(kHello);
  EXPECT_FALSE(waiting.Fill(1, std::chrono::milliseconds(500)));
}

}  // namespace
}  // namespace wampgate::test
