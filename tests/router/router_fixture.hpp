#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "router/router.hpp"
#include "support/fake_channel.hpp"
#include "wamp/document.hpp"

namespace wampgate::router {

/// A client of the router under test, over a FakeChannel.
class Client {
 public:
  Client(Acceptor& acceptor, wamp::Serializer serializer, wamp::TransportDetails details = {})
      : serializer_(serializer), peer_(std::make_shared<testing::FakePeer>()) {
    auto channel = std::make_unique<testing::FakeChannel>(peer_);
    auto link = std::make_unique<wamp::Link>(std::move(channel),
                                             wamp::Serialization{serializer, wamp::Batching::kNone});
    acceptor.Accept(std::move(link), std::move(details));
  }

  void Send(const nlohmann::json& message) {
    peer_->Deliver(wamp::KindOf(serializer_), wamp::WriteDocument(serializer_, message));
  }
  /// The next message of the router; null if there is none.
  nlohmann::json Next() {
    if (peer_->sent.empty()) return nullptr;
    auto document = wamp::ReadDocument(serializer_, peer_->sent.front().second);
    peer_->sent.pop_front();
    EXPECT_TRUE(document.ok()) << document.status();
    return document.ok() ? *document : nlohmann::json();
  }
  nlohmann::json Ask(const nlohmann::json& message) {
    Send(message);
    return Next();
  }
  void Join(const nlohmann::json& features = nlohmann::json::object()) {
    const nlohmann::json roles = {{"publisher", nlohmann::json::object()},
                                  {"subscriber", nlohmann::json::object()},
                                  {"caller", nlohmann::json::object()},
                                  {"callee", {{"features", features}}}};
    welcome = Ask({1, "realm1", {{"roles", roles}}});
    ASSERT_EQ(welcome[0], 2) << welcome;
  }
  testing::FakePeer& peer() { return *peer_; }

  nlohmann::json welcome;

 private:
  wamp::Serializer serializer_;
  std::shared_ptr<testing::FakePeer> peer_;
};

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    Permission all{.uri = "com.",
                   .match = Match::kPrefix,
                   .call = true,
                   .register_ = true,
                   .publish = true,
                   .subscribe = true,
                   .disclose_caller = false,
                   .disclose_publisher = false};
    Permission disclosing = all;
    disclosing.uri = "com.disclosed.";
    disclosing.disclose_caller = disclosing.disclose_publisher = true;
    realms = {{.name = "realm1", .roles = {{.name = "anonymous", .permissions = {all, disclosing}}}}};
    router.SetRealms(realms);
  }
  std::unique_ptr<Client> NewClient(wamp::Serializer serializer = wamp::Serializer::kJson) {
    auto client = std::make_unique<Client>(acceptor, serializer);
    client->Join({{"call_canceling", true}});
    return client;
  }

  net::Loop loop;
  wamp::SessionRegistry sessions{[](std::unique_ptr<wamp::Session>) {}};
  Router router{loop, sessions, {.node = "node1", .worker = "router"}};
  Acceptor acceptor{router, {}};
  std::vector<RealmOptions> realms;
};

}  // namespace wampgate::router
