#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/edge_node.hpp"

/// One transport is taken out of service while sessions live on it and on others, with the real wampgatectl.
namespace wampgate::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kHello = "GET /value HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

class DrainingTransport : public EdgeNode {
 protected:
  std::string State() { return Ask({"transport", "get", "edge/web"}).value("state", ""); }
  json OperatorStates() { return Status().value("operatorStates", json::object()); }
};

TEST_F(DrainingTransport, EndsTheSessionsOfItsPathsAndNoOthers) {
  auto clients = Joined(5);
  auto other = WampClient::RawSocket({Port("raw")}, wamp::Serializer::kJson);
  ASSERT_EQ(other->Join("realm1").at(0), 2);
  const CtlResult drained = Ctl(node_, {"transport", "drain", "edge/web", "--rate", "50", "--wait"});
  EXPECT_EQ(drained.exit_code, 0) << drained.err;
  EXPECT_THAT(drained.out, HasSubstr("workers/edge/transports/web: done, 0 of 5 sessions left"));
  for (auto& client : clients) EXPECT_TRUE(IsGoodbye(client->Receive(NodeProcess::kDeadline)));
  EXPECT_TRUE(Echoes(*other, 1)) << "it is on another transport";
  EXPECT_EQ(State(), "DRAINED");
  EXPECT_EQ(OperatorStates(), json({{"workers/edge/transports/web", "draining"}}));
  EXPECT_TRUE(Status()["ready"]) << "the node serves on";

  BlockingSocket waiting(ConnectTo({Port("web")}));
  waiting.Write(kHello);
  EXPECT_FALSE(waiting.Fill(1, std::chrono::milliseconds(500))) << "it answers, though it is drained";
  const CtlResult undrained = Ctl(node_, {"transport", "undrain", "edge/web"});
  EXPECT_EQ(undrained.out, "edge/web: serving\n") << undrained.err;
  EXPECT_TRUE(waiting.TakeThrough("\r\n\r\n", WampClient::kDeadline).starts_with("HTTP/1.1 200"));
  EXPECT_EQ(OperatorStates(), json::object());
}

TEST_F(DrainingTransport, IsDrainedAfterARestartAndAChangeUntilItIsGone) {
  ASSERT_EQ(Ctl(node_, {"transport", "drain", "edge/web", "--wait"}).exit_code, 0);
  ASSERT_EQ(node_.Stop(), 0);
  Start();
  EXPECT_EQ(State(), "DRAINED");
  json changed = Worker();
  changed["transports"][0]["paths"]["value"]["value"] = 42;
  const std::string file = WriteFile(node_, "next.json", NodeText({changed}));
  ASSERT_EQ(Ctl(node_, {"apply", "-f", file}).exit_code, 0);
  EXPECT_EQ(State(), "DRAINED") << "a change of the configuration touches no operator state";
  EXPECT_THAT(Ctl(node_, {"status"}).out,
              HasSubstr("workers/edge/transports/web is draining, by an operator"));
  ASSERT_EQ(Ctl(node_, {"transport", "delete", "edge/web"}).exit_code, 0);
  EXPECT_EQ(OperatorStates(), json::object());
}

TEST_F(DrainingTransport, IsCancelledByItsOperation) {
  auto clients = Joined(3);
  const std::string operation =
      Ask({"transport", "drain", "edge/web", "--rate", "1", "--deadline", "600"}).value("name", "");
  EXPECT_EQ(State(), "DRAINING");
  EXPECT_EQ(Ctl(node_, {"operation", "cancel", operation}).exit_code, 0);
  EXPECT_EQ(State(), "SERVING");
  EXPECT_EQ(Client()->Join("realm1").at(0), 2);
}

TEST_F(DrainingTransport, MustBeThere) {
  const CtlResult unknown = Ctl(node_, {"transport", "drain", "edge/none"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("there is no workers/edge/transports/none"));
  EXPECT_THAT(Ctl(node_, {"transport", "undrain", "edge/none"}).err,
              HasSubstr("there is no workers/edge/transports/none"));
  EXPECT_THAT(Ctl(node_, {"transport", "drain", "edge"}).err, HasSubstr("name: "));
}

}  // namespace
}  // namespace wampgate::test
