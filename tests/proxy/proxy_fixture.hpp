#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <nlohmann/json.hpp>

#include "net/loop.hpp"
#include "proxy/fake_channel.hpp"
#include "proxy/frontend.hpp"
#include "support/run_until.hpp"
#include "wamp/document.hpp"

namespace wampgate::proxy::test {

using Json = nlohmann::json;
using wamp::Serializer;

/// Somebody who speaks WAMP at the far end of a FakeChannel: a client or a router.
struct Speaker {
  std::shared_ptr<FakePeer> peer = std::make_shared<FakePeer>();
  Serializer serializer = Serializer::kJson;
  std::size_t read = 0;

  void Say(const Json& message) { peer->Deliver(wamp::WriteDocument(serializer, message)); }
  bool HasNext() const { return read < peer->sent.size(); }
  /// The next message that the node sent here; null if there is none.
  Json Next() {
    if (!HasNext()) return nullptr;
    return *wamp::ReadDocument(serializer, peer->sent[read++]);
  }
  std::unique_ptr<wamp::Link> MakeLink(net::Loop& loop, wamp::Batching batching = wamp::Batching::kNone) {
    peer->kind = wamp::KindOf(serializer);
    return std::make_unique<wamp::Link>(std::make_unique<FakeChannel>(loop, peer),
                                        wamp::Serialization{serializer, batching});
  }
};

/// Dials as scripted per backend id: refuses, never answers, or hands out a router at the far end.
class FakeDialer final : public BackendDialer {
 public:
  explicit FakeDialer(net::Loop& loop) : loop_(loop) {}

  enum class Behaviour { kConnects, kRefuses, kNeverAnswers };
  std::map<std::string, Behaviour> behaviours;
  std::map<std::string, Serializer> serializers;  ///< of the routers; JSON unless told
  std::deque<std::shared_ptr<Speaker>> routers;   ///< connected, oldest first
  std::vector<std::string> dialed;                ///< ids, in order
  Serializer preferred = Serializer::kJson;       ///< asked for last

  std::unique_ptr<net::Mortal> Dial(const std::shared_ptr<Backend>& backend, Serializer wanted,
                                    Done done) override {
    const std::string id = backend->options().id;
    dialed.push_back(id);
    preferred = wanted;
    struct Attempt final : net::Mortal {
      std::shared_ptr<bool> alive = std::make_shared<bool>(true);
      ~Attempt() override { *alive = false; }
    };
    auto attempt = std::make_unique<Attempt>();
    const Behaviour behaviour = behaviours[id];
    if (behaviour == Behaviour::kNeverAnswers) return attempt;
    loop_.Post([this, behaviour, id, alive = attempt->alive, done = std::move(done)] {
      if (!*alive) return;
      if (behaviour == Behaviour::kRefuses) return done(Unavailable("connection refused"));
      auto router = std::make_shared<Speaker>();
      if (serializers.contains(id)) router->serializer = serializers[id];
      if (prepare) prepare(*router->peer);
      routers.push_back(router);
      done(router->MakeLink(loop_));
    });
    return attempt;
  }
  std::function<void(FakePeer&)> prepare;

 private:
  net::Loop& loop_;
};

inline Json ClientHello(const Json& realm = "realm1") {
  return Json::array({1, realm, {{"roles", {{"caller", Json::object()}, {"subscriber", Json::object()}}}}});
}
inline Json RouterWelcome() {
  return Json::array({2,
                      4711,
                      {{"realm", "realm1"},
                       {"authid", "joe"},
                       {"authrole", "anonymous"},
                       {"roles", {{"broker", Json::object()}, {"dealer", Json::object()}}}}});
}

/// A frontend over fakes: `Connect` is a client's connection, `dialer.routers` are the routers it reached.
class ProxyTest : public ::testing::Test {
 protected:
  ProxyTest() { settings_.node = std::make_shared<NodeIdentity>(NodeIdentity{"node1", "worker1", "ab12"}); }

  static BackendOptions MakeBackend(std::string id) {
    BackendOptions options;
    options.id = options.name = id;
    options.endpoint = net::UnixConnect{"/run/" + id + ".sock", std::chrono::seconds(10)};
    options.transport = rawsocket::ClientOptions{};
    return options;
  }
  /// realm1 → the backends named, and no default.
  void UseTransparent(const std::vector<std::string>& ids) {
    TransparentOptions options;
    for (const auto& id : ids) options.by_realm["realm1"].push_back(MakeBackend(id));
    settings_.routes = MakeTransparentRoutes(options, pool_);
  }
  /// (realm1, anonymous) → the backends named.
  void UseRoutes(const std::vector<std::string>& ids) {
    std::map<std::string, BackendOptions> connections;
    RouteOptions routes;
    for (const auto& id : ids) connections[id] = MakeBackend(id);
    for (const auto& id : ids) routes.realms["realm1"]["anonymous"].push_back({id});
    settings_.routes = MakeRouteTable({routes}, pool_.AcquireAll(connections));
  }
  Speaker Connect(Serializer serializer = Serializer::kJson,
                  wamp::Batching batching = wamp::Batching::kNone) {
    Speaker client;
    client.serializer = serializer;
    wamp::TransportDetails details;
    details.transport = "workers/w/transports/t";
    details.channel_framing = "websocket";
    details.peer = "tcp4:127.0.0.1:4242";
    details.websocket_protocol = "wamp.2.json";
    details.http_headers = {{"cookie", "secret"}};
    Frontend frontend(runtime_, std::make_shared<FrontendSettings>(settings_));
    frontend.Accept(client.MakeLink(loop_, batching), details);
    return client;
  }
  /// Runs until a router was reached; it has the HELLO as its next message.
  std::shared_ptr<Speaker> Reached(std::size_t count = 1) {
    EXPECT_TRUE(wampgate::test::RunUntil(loop_, [&] { return dialer_.routers.size() >= count; }));
    return dialer_.routers.back();
  }
  /// Joins and takes HELLO and WELCOME off both sides.
  std::shared_ptr<Speaker> Join(Speaker& client, const Json& hello = ClientHello()) {
    const std::size_t before = dialer_.routers.size();
    client.Say(hello);
    auto router = Reached(before + 1);
    EXPECT_EQ(router->Next()[0], 1);
    router->Say(RouterWelcome());
    EXPECT_EQ(client.Next()[0], 2);
    return router;
  }
  bool RunUntilGone() {
    return wampgate::test::RunUntil(loop_, [&] { return registry_.size() == 0; });
  }
  /// How often a session ended for the reason.
  std::uint64_t Ends(EndReason reason) const {
    const auto found = registry_.ends().find(static_cast<int>(reason));
    return found == registry_.ends().end() ? 0 : found->second;
  }

  struct Doomed final : net::Mortal {
    explicit Doomed(std::unique_ptr<wamp::Session> doomed) : session(std::move(doomed)) {}
    std::unique_ptr<wamp::Session> session;
  };

  net::Loop loop_;
  wamp::SessionRegistry registry_{[this](std::unique_ptr<wamp::Session> session) {
    loop_.DeleteLater(std::make_unique<Doomed>(std::move(session)));
  }};
  FakeDialer dialer_{loop_};
  Runtime runtime_{loop_, registry_, dialer_, {}, {}};
  BackendPool pool_;
  FrontendSettings settings_;
};

}  // namespace wampgate::proxy::test
