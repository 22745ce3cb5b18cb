#pragma once

#include <gtest/gtest.h>

#include <chrono>
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

/// A node that tests change while it runs.
namespace wampgate::test {

/// A connection to a router on a Unix socket in the node directory.
inline json Connection(const std::string& socket) {
  return {{"transport",
           {{"type", "rawsocket"},
            {"endpoint", {{"type", "unix"}, {"path", socket}}},
            {"url", "rs://localhost"},
            {"serializer", "json"}}}};
}

/// A proxy worker in authenticating mode: realm1 at router.sock.
inline json Edge() {
  return {{"id", "edge"},
          {"type", "proxy"},
          {"connections", {{"first", Connection("router.sock")}}},
          {"routes", {{"realm1", {{"anonymous", "first"}}}}},
          {"transports",
           {{{"id", "web"},
             {"type", "web"},
             {"endpoint", LoopbackEndpoint()},
             {"paths",
              {{"ws", {{"type", "websocket"}, {"auth", {{"anonymous", {{"type", "static"}}}}}}},
               {"value", {{"type", "json"}, {"value", 41}}}}}}}}};
}

/// A node with Edge, whose backend and a second one, not yet known to it, are stub routers.
class ManagedNode : public ::testing::Test {
 protected:
  void SetUp() override {
    first_ = std::make_unique<StubRouter>(node_.directory() + "/router.sock", 200);
    second_ = std::make_unique<StubRouter>(node_.directory() + "/second.sock", 200);
    node_.Start({.configuration = NodeText({Edge()})});
    port_ = node_.AwaitPort("edge", "web");
    ASSERT_NE(port_, 0) << node_.log();
    ASSERT_TRUE(AwaitStatus());
  }
  void TearDown() override {
    EXPECT_EQ(node_.Stop(), 0) << node_.log();
    EXPECT_TRUE(node_.NothingLeft());
    if (HasFailure()) std::cerr << node_.log();
  }

  bool AwaitStatus() {
    for (const auto end = std::chrono::steady_clock::now() + NodeProcess::kDeadline;;) {
      if (Ctl(node_, {"status"}).exit_code == 0) return true;
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  CtlResult Apply(const json& worker, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"apply", "-f", WriteFile(node_, "next.json", NodeText({worker}))};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Ctl(node_, arguments);
  }
  std::unique_ptr<WampClient> Client(const std::string& path = "/ws") {
    return WampClient::WebSocket({port_}, path, wamp::Serializer::kJson);
  }
  std::string Fetch(const std::string& path) {
    BlockingSocket socket(ConnectTo({port_}));
    socket.Write("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    if (!socket.TakeThrough("\r\n\r\n", WampClient::kDeadline).starts_with("HTTP/1.1 200")) return "";
    socket.Fill(4096, WampClient::kDeadline);  // to the end
    return socket.Take(4096);
  }
  json Worker() { return json::parse(Ctl(node_, {"worker", "get", "edge", "-o", "json"}).out); }
  static bool Echoes(WampClient& client, int request) {
    client.Send({48, request, json::object(), "com.example.echo", {request}});
    const json answer = client.Receive();
    return answer.is_array() && answer.at(0) == 50 && answer.at(3) == json({request});
  }

  NodeProcess node_;
  std::unique_ptr<StubRouter> first_, second_;
  int port_ = 0;
};

}  // namespace wampgate::test
