#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <wampgate/v1/session_service.grpc.pb.h>

#include <chrono>
#include <functional>
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

inline const std::string kHostile = "eve\r\nadmin \x1b[2J\x1b]0;owned\x07 \xE2\x80\xAEtxt";

/// A router that welcomes all; realm "hostile" as kHostile, realm "vast" with a megabyte of authid, and
/// refuses realm "refused".
inline bool Script(StubRouter::Connection& connection, const json& message) {
  if (message.at(0) != 1) return false;
  const std::string realm = message.at(1);
  if (realm == "refused") {
    connection.Send({3, {{"message", "we do not like \x1b[31myou"}}, "com.example.error.unwanted"});
    return true;
  }
  if (realm != "hostile" && realm != "vast") return false;
  const std::string authid = realm == "vast" ? std::string(1024 * 1024, 'v') : kHostile;
  connection.Send({2,
                   realm == "vast" ? 4712 : 4711,
                   {{"realm", realm},
                    {"authid", authid},
                    {"authrole", "anonymous"},
                    {"authmethod", "anonymous"},
                    {"roles", {{"broker", json::object()}, {"dealer", json::object()}}}}});
  return true;
}

/// A node with one worker of two processes, real sessions, and SessionService over gRPC.
class Sessions : public ::testing::Test {
 protected:
  void SetUp() override {
    json worker = TransparentWorker();
    worker["options"]["processes"] = 2;
    router_ = std::make_unique<StubRouter>(node_.directory() + "/router.sock", 200, Script);
    node_.Start({.configuration = NodeText({worker})});
    port_ = node_.AwaitPort("edge", "web", 2);
    ASSERT_NE(port_, 0) << node_.log();
    stub_ = v1::SessionService::NewStub(grpc::CreateChannel("unix:" + node_.directory() + "/wampgate.sock",
                                                            grpc::InsecureChannelCredentials()));
    ASSERT_TRUE(Await([this] { return List("").unreachable().empty() && ok_; })) << status_.error_message();
  }
  void TearDown() override {
    clients_.clear();
    EXPECT_EQ(node_.Stop(), 0) << node_.log();
    if (HasFailure()) std::cerr << node_.log();
  }

  static bool Await(const std::function<bool()>& condition,
                    std::chrono::milliseconds deadline = NodeProcess::kDeadline) {
    for (const auto end = std::chrono::steady_clock::now() + deadline;;) {
      if (condition()) return true;
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  static std::unique_ptr<grpc::ClientContext> Context(
      std::chrono::milliseconds deadline = NodeProcess::kDeadline) {
    auto context = std::make_unique<grpc::ClientContext>();
    context->set_deadline(std::chrono::system_clock::now() + deadline);
    return context;
  }
  WampClient& Join(const std::string& realm = "realm1") {
    clients_.push_back(WampClient::WebSocket({port_}, "/ws", wamp::Serializer::kJson));
    EXPECT_EQ(clients_.back()->Join(realm).at(0), 2) << realm;
    return *clients_.back();
  }
  void Call(WampClient& client, int request) {
    client.Send({48, request, json::object(), "com.example.echo", {request}});
    EXPECT_EQ(client.Receive().at(0), 50);
  }

  v1::ListSessionsResponse List(const std::string& filter, const std::string& order = "", int size = 0,
                                const std::string& token = "", const std::string& parent = "workers/-") {
    v1::ListSessionsRequest request;
    request.set_parent(parent);
    request.set_filter(filter);
    request.set_order_by(order);
    request.set_page_size(size);
    request.set_page_token(token);
    v1::ListSessionsResponse response;
    status_ = stub_->ListSessions(Context().get(), request, &response);
    ok_ = status_.ok();
    return response;
  }
  grpc::StatusCode ListCode(const std::string& filter, const std::string& order = "",
                            const std::string& token = "", const std::string& parent = "workers/-") {
    List(filter, order, 0, token, parent);
    return status_.error_code();
  }
  v1::ListEndedResponse Ended(const std::string& filter, int size = 0, const std::string& token = "") {
    v1::ListEndedRequest request;
    request.set_parent("workers/-");
    request.set_filter(filter);
    request.set_page_size(size);
    request.set_page_token(token);
    v1::ListEndedResponse response;
    status_ = stub_->ListEnded(Context().get(), request, &response);
    return response;
  }
  grpc::StatusCode Close(v1::CloseSessionsRequest request,
                         google::longrunning::Operation* operation = nullptr) {
    google::longrunning::Operation ignored;
    if (request.parent().empty()) request.set_parent("workers/-");
    status_ = stub_->CloseSessions(Context().get(), request, operation != nullptr ? operation : &ignored);
    return status_.error_code();
  }
  static v1::CloseSessionsRequest Closing(const std::string& filter) {
    v1::CloseSessionsRequest request;
    request.set_filter(filter);
    return request;
  }
  CtlResult Session(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "session");
    return Ctl(node_, arguments);
  }

  NodeProcess node_;
  std::unique_ptr<StubRouter> router_;
  int port_ = 0;
  std::unique_ptr<v1::SessionService::Stub> stub_;
  std::vector<std::unique_ptr<WampClient>> clients_;
  grpc::Status status_;
  bool ok_ = false;
};

}  // namespace wampgate::test
