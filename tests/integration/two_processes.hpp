#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "integration/configurations.hpp"
#include "support/ctl.hpp"
#include "support/node_process.hpp"
#include "support/proc.hpp"
#include "support/stub_router.hpp"
#include "support/wamp_client.hpp"

namespace wampgate::test {

/// A node with one worker of two processes, and sessions on both.
class TwoProcesses : public ::testing::Test {
 protected:
  static constexpr int kSessions = 40;

  void SetUp() override { Start(); }
  void TearDown() override {
    EXPECT_EQ(node_.Stop(), 0) << node_.log();
    EXPECT_TRUE(node_.NothingLeft());
    if (HasFailure()) std::cerr << node_.log();
  }
  void Start(std::vector<std::string> arguments = {}) {
    node_.Start({.configuration = Configuration(41), .arguments = std::move(arguments)});
    web_port_ = node_.AwaitPort("edge", "web", 2);
    raw_port_ = node_.AwaitPort("edge", "raw", 2);
    ASSERT_NE(web_port_, 0) << node_.log();
    ASSERT_NE(raw_port_, 0) << node_.log();
    ASSERT_TRUE(AwaitServing(0)) << node_.log();
    workers_ = node_.Workers();
    ASSERT_EQ(workers_.size(), 2U) << node_.log();
  }

  /// The path /value has that value.
  static std::string Configuration(int value) {
    json worker = TransparentWorker();
    worker["options"] = {{"processes", 2}};
    worker["transports"][0]["paths"]["value"]["value"] = value;
    return NodeText({worker});
  }
  CtlResult Apply(int value) {
    return Ctl(node_, {"apply", "-f", WriteFile(node_, "next.json", Configuration(value))});
  }
  /// The number after "revision " in what wampgatectl says; 0 if there is none.
  static std::uint64_t RevisionIn(const std::string& text) {
    const std::size_t at = text.find("revision ");
    return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + 9, nullptr, 10);
  }
  std::uint64_t Revision() { return RevisionIn(Ctl(node_, {"status"}).out); }

  bool AwaitServing(std::size_t from) {
    return !node_
                .AwaitLine([](const json& line) { return line.value("msg", "") == "the node serves"; },
                           NodeProcess::kDeadline, from)
                .is_null();
  }
  bool SameWorkersLive() const {
    return std::all_of(workers_.begin(), workers_.end(), [](const auto& worker) {
      const auto facts = ReadProcess(worker.second);
      return facts && facts->state != 'Z';
    });
  }
  void JoinMany() {
    for (int i = 0; i < kSessions; ++i) {
      sessions_.push_back(WampClient::RawSocket({raw_port_}, wamp::Serializer::kJson));
      ASSERT_EQ(sessions_.back()->Join("realm1").at(0), 2);
    }
  }
  static bool Echoes(WampClient& client, int request) {
    client.Send({48, request, json::object(), "com.example.echo", {request}});
    const json answer = client.Receive();
    return answer.is_array() && answer.at(0) == 50 && answer.at(3) == json({request});
  }
  /// How many sessions do not answer a call.
  int Lost(int request) {
    int lost = 0;
    for (const auto& session : sessions_) lost += Echoes(*session, request) ? 0 : 1;
    return lost;
  }
  /// What /value says, on a new connection.
  std::string Value() {
    BlockingSocket socket(ConnectTo({web_port_}));
    socket.Write("GET /value HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    socket.TakeThrough("\r\n\r\n", NodeProcess::kDeadline);
    std::string body;
    while (socket.Fill(1, NodeProcess::kDeadline)) body += socket.Take(1);
    return body;
  }

  NodeProcess node_;
  StubRouter router_{node_.directory() + "/router.sock", 200};
  int web_port_ = 0;
  int raw_port_ = 0;
  std::map<std::string, pid_t> workers_;
  std::vector<std::unique_ptr<WampClient>> sessions_;
};

}  // namespace wampgate::test
