#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/edge_node.hpp"

/// Transports of type "websocket.testee" (spec 1.8). What they echo: tests/conformance.
namespace wampgate::test {
namespace {

class Testee : public EdgeNode {
 protected:
  static json Transport() { return {{"type", "websocket.testee"}, {"endpoint", LoopbackEndpoint()}}; }
  json Worker() override {
    json worker = TransparentWorker(), transport = Transport();
    transport["id"] = "echo";
    worker["transports"].push_back(transport);
    return worker;
  }
  std::unique_ptr<WampClient> Open(const std::string& transport = "echo") {
    return WampClient::WebSocket({Port(transport)}, "/any/path", wamp::Serializer::kJson);
  }
  static bool IsEchoed(WampClient& client) {
    const json message = {"no WAMP", 1};
    client.Send(message);
    return client.Receive() == message;
  }
  void Run(std::vector<std::string> arguments, const json& file = nullptr) {
    if (!file.is_null()) arguments.insert(arguments.end(), {"-f", "-"});
    const CtlResult result = Ctl(node_, arguments, file.is_null() ? "" : file.dump());
    EXPECT_EQ(result.exit_code, 0) << result.err;
  }
};

TEST_F(Testee, ConnectionsAreTold1001WhenTheNodeStops) {
  auto client = Open();
  EXPECT_TRUE(IsEchoed(*client));
  kill(node_.pid(), SIGTERM);
  EXPECT_EQ(client->AwaitEnd(), 1001);
}

TEST_F(Testee, ConnectionsOutliveChangesAndGoWithTheirTransport) {
  auto session = Client();
  ASSERT_EQ(session->Join("realm1").at(0), 2);
  auto staying = Open();
  EXPECT_TRUE(IsEchoed(*staying));
  Run({"transport", "create", "edge/late"}, Transport());
  auto leaving = Open("late");
  EXPECT_TRUE(IsEchoed(*leaving));
  json changed = Transport();
  changed["options"] = {{"auto_fragment_size", 4}};
  Run({"transport", "update", "edge/echo"}, changed);
  EXPECT_TRUE(IsEchoed(*staying));
  Run({"transport", "delete", "edge/late", "--sessions", "close"});
  EXPECT_EQ(leaving->AwaitEnd(), 1001);
  EXPECT_TRUE(IsEchoed(*staying));
  EXPECT_TRUE(Echoes(*session, 1));
}

}  // namespace
}  // namespace wampgate::test
