#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "integration/configurations.hpp"
#include "support/node_process.hpp"
#include "support/socket_client.hpp"
#include "support/stub_router.hpp"
#include "support/wamp_client.hpp"

namespace wampgate::test {
namespace {

using ::testing::HasSubstr;
using wamp::Serializer;

TEST(Lifecycle, SigtermSaysGoodbyeToEverySessionAndExitsWithZero) {
  NodeProcess node;
  StubRouter router(node.directory() + "/router.sock");
  node.Start({.configuration = NodeText({TransparentWorker()})});
  const int web_port = node.AwaitPort("edge", "web");
  const int raw_port = node.AwaitPort("edge", "raw");
  ASSERT_NE(web_port, 0) << node.log();
  auto websocket = WampClient::WebSocket({web_port}, "/ws", Serializer::kJson);
  auto rawsocket = WampClient::RawSocket({raw_port}, Serializer::kJson);
  ASSERT_EQ(websocket->Join("realm1").at(0), 2);
  ASSERT_EQ(rawsocket->Join("realm1").at(0), 2);
  node.Signal(SIGTERM);
  for (WampClient* client : {websocket.get(), rawsocket.get()}) {
    const json goodbye = client->Receive();
    ASSERT_TRUE(goodbye.is_array()) << node.log();
    EXPECT_EQ(goodbye.at(0), 6);
    EXPECT_EQ(goodbye.at(2), "wamp.close.system_shutdown");
    client->Send({6, json::object(), "wamp.close.goodbye_and_out"});
  }
  EXPECT_EQ(websocket->AwaitEnd(), 1001);
  EXPECT_TRUE(rawsocket->AwaitEnd());
  EXPECT_EQ(node.AwaitExit(), 0) << node.log();
  EXPECT_TRUE(node.NothingLeft());
}

TEST(Lifecycle, ASecondSigtermExitsAtOnce) {
  NodeProcess node;
  StubRouter router(node.directory() + "/router.sock");
  node.Start({.configuration = NodeText({TransparentWorker()})});
  const int raw_port = node.AwaitPort("edge", "raw");
  ASSERT_NE(raw_port, 0) << node.log();
  auto silent = WampClient::RawSocket({raw_port}, Serializer::kJson);  // answers no GOODBYE
  ASSERT_EQ(silent->Join("realm1").at(0), 2);
  node.Signal(SIGTERM);
  ASSERT_EQ(silent->Receive().at(0), 6);
  const auto begun = std::chrono::steady_clock::now();
  node.Signal(SIGTERM);
  EXPECT_TRUE(node.AwaitExit());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(3)) << node.log();
  EXPECT_TRUE(node.NothingLeft());
}

TEST(Lifecycle, APortInUseIsExplainedAndExitsWithTwo) {
  const UniqueFd taken = ListenOnLoopback();
  const int port = PortOf(taken.get());
  NodeProcess node;
  json worker = TransparentWorker();
  worker["transports"][0]["endpoint"]["port"] = port;
  node.Start({.configuration = NodeText({worker})});
  EXPECT_EQ(node.AwaitExit(), 2);
  EXPECT_THAT(node.log(), HasSubstr(std::to_string(port)));
  EXPECT_THAT(node.log(), HasSubstr("transports[0]"));
  EXPECT_TRUE(node.NothingLeft());
}

TEST(Lifecycle, AnUnreadableConfigurationExitsWithTwo) {
  NodeProcess node;
  node.Start({.configuration = R"({"version": 2, "workers": [{"type": "proxi"}]})"});
  EXPECT_EQ(node.AwaitExit(), 2);
  EXPECT_THAT(node.log(), HasSubstr("workers[0]"));
  EXPECT_TRUE(node.NothingLeft());
}

}  // namespace
}  // namespace wampgate::test
