#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/configurations.hpp"
#include "support/node_process.hpp"
#include "support/stub_router.hpp"
#include "support/wamp_client.hpp"

/// The first vertical: file → supervisor → worker → WebSocket and RawSocket → stub router.
namespace wampgate::test {
namespace {

using wamp::Serializer;

class TransparentNode : public ::testing::Test {
 protected:
  void SetUp() override {
    router_ = std::make_unique<StubRouter>(node_.directory() + "/router.sock");
    node_.Start({.configuration = NodeText({TransparentWorker()})});
    web_port_ = node_.AwaitPort("edge", "web");
    raw_port_ = node_.AwaitPort("edge", "raw");
    ASSERT_NE(web_port_, 0) << node_.log();
    ASSERT_NE(raw_port_, 0) << node_.log();
  }
  void TearDown() override {
    EXPECT_EQ(node_.Stop(), 0) << node_.log();
    EXPECT_TRUE(node_.NothingLeft());
    if (HasFailure()) std::cerr << node_.log();
  }

  std::unique_ptr<WampClient> WebSocket(Serializer serializer = Serializer::kJson) {
    return WampClient::WebSocket({web_port_}, "/ws", serializer);
  }
  std::unique_ptr<WampClient> RawSocket(Serializer serializer = Serializer::kJson) {
    return WampClient::RawSocket({raw_port_}, serializer);
  }
  /// Joins, calls, subscribes and gets an event that `other` publishes.
  static void Exercise(WampClient& client, WampClient& other) {
    ASSERT_EQ(client.Join("realm1").at(0), 2);
    ASSERT_EQ(other.Join("realm1").at(0), 2);
    client.Send({48, 1, json::object(), "com.example.echo", {1, "zwei", 3.5, nullptr}, {{"k", "v"}}});
    EXPECT_EQ(client.Receive(), (json{50, 1, json::object(), {1, "zwei", 3.5, nullptr}, {{"k", "v"}}}));
    client.Send({32, 2, json::object(), "com.example.topic"});
    const json subscribed = client.Receive();
    ASSERT_EQ(subscribed.at(0), 33);
    other.Send({16, 3, {{"acknowledge", true}}, "com.example.topic", {"hello"}});
    EXPECT_EQ(other.Receive().at(0), 17);
    const json event = client.Receive();
    ASSERT_EQ(event.at(0), 36);
    EXPECT_EQ(event.at(1), subscribed.at(2));
    EXPECT_EQ(event.at(4), json({"hello"}));
    client.Send({6, json::object(), "wamp.close.close_realm"});
    EXPECT_EQ(client.Receive(), (json{6, json::object(), "wamp.close.goodbye_and_out"}));
    EXPECT_TRUE(client.AwaitEnd());
  }

  NodeProcess node_;
  std::unique_ptr<StubRouter> router_;
  int web_port_ = 0;
  int raw_port_ = 0;
};

TEST_F(TransparentNode, RelaysJsonOverWebSocket) {
  Exercise(*WebSocket(), *WebSocket());
}

TEST_F(TransparentNode, RelaysJsonOverRawSocket) {
  Exercise(*RawSocket(), *RawSocket());
}

TEST_F(TransparentNode, TranslatesBetweenClientsOfDifferentSerializers) {
  Exercise(*WebSocket(Serializer::kCbor), *RawSocket(Serializer::kMsgpack));
}

TEST_F(TransparentNode, ForwardsHelloAsItIs) {
  auto client = WebSocket();
  const json hello = {
      1, "realm1", {{"roles", {{"caller", json::object()}}}, {"authid", "joe"}, {"x_mine", {1, 2}}}};
  client->Send(hello);
  ASSERT_EQ(client->Receive().at(0), 2);
  ASSERT_FALSE(router_->messages().empty());
  EXPECT_EQ(router_->messages().front(), hello);
}

TEST_F(TransparentNode, EndsTheClientWhenTheRouterIsLost) {
  auto client = WebSocket();
  ASSERT_EQ(client->Join("realm1").at(0), 2);
  router_->DropConnections();
  const json goodbye = client->Receive();
  ASSERT_TRUE(goodbye.is_array());
  EXPECT_EQ(goodbye.at(0), 6);
  EXPECT_TRUE(client->AwaitEnd());
}

TEST_F(TransparentNode, AbortsWhenNoRouterIsThere) {
  router_.reset();
  auto client = WebSocket();
  const json abort = client->Join("realm1");
  ASSERT_TRUE(abort.is_array());
  EXPECT_EQ(abort.at(0), 3);
  EXPECT_TRUE(client->AwaitEnd());
}

}  // namespace
}  // namespace wampgate::test
