#pragma once

#include <gtest/gtest.h>

#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "integration/configurations.hpp"
#include "support/ctl.hpp"
#include "support/node_process.hpp"
#include "support/stub_router.hpp"
#include "support/wamp_client.hpp"

namespace wampgate::test {

/// A node with the worker "edge" before a stub router.
class EdgeNode : public ::testing::Test {
 protected:
  void SetUp() override {
    router_ = std::make_unique<StubRouter>(node_.directory() + "/router.sock", 200);
    Start();
  }
  void TearDown() override {
    EXPECT_EQ(node_.Stop(), 0);
    EXPECT_TRUE(node_.NothingLeft());
    if (HasFailure()) std::cerr << node_.log();
  }
  virtual json Worker() { return TransparentWorker(); }

  void Start() {
    node_.Start({.configuration = NodeText({Worker()})});
    ASSERT_TRUE(Eventually([&] { return Ctl(node_, {"status"}).exit_code == 0; })) << node_.log();
  }
  template <typename Condition>
  static bool Eventually(Condition condition) {
    for (const auto end = std::chrono::steady_clock::now() + NodeProcess::kDeadline;;) {
      if (condition()) return true;
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  json Ask(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-o", "json"});
    const CtlResult result = Ctl(node_, arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(result.out, nullptr, false);
  }
  json Status() { return Ask({"status"})["node"]; }
  /// Where the transport listens, as the node says.
  int Port(const std::string& transport) {
    const std::string address =
        Ask({"worker", "get", "edge"})["addresses"].value("workers/edge/transports/" + transport, ":0");
    return std::stoi(address.substr(address.rfind(':') + 1));
  }
  std::unique_ptr<WampClient> Client() {
    return WampClient::WebSocket({Port("web")}, "/ws", wamp::Serializer::kJson);
  }
  /// So many sessions of realm1.
  std::vector<std::unique_ptr<WampClient>> Joined(int count) {
    std::vector<std::unique_ptr<WampClient>> clients;
    const int port = Port("web");
    for (int i = 0; i < count; ++i) {
      clients.push_back(WampClient::WebSocket({port}, "/ws", wamp::Serializer::kJson));
      EXPECT_EQ(clients.back()->Join("realm1").at(0), 2);
    }
    return clients;
  }
  static bool Echoes(WampClient& client, int request) {
    client.Send({48, request, json::object(), "com.example.echo", {request}});
    const json answer = client.Receive();
    return answer.is_array() && answer.at(0) == 50 && answer.at(3) == json({request});
  }
  static bool IsGoodbye(const json& message) {
    return message.is_array() && message.at(0) == 6 && message.at(2) == "wamp.close.system_shutdown";
  }

  NodeProcess node_;
  std::unique_ptr<StubRouter> router_;
};

}  // namespace wampgate::test
