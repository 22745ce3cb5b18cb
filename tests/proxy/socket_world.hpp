#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <list>
#include <map>
#include <nlohmann/json.hpp>

#include "net/acceptor.hpp"
#include "net/connector.hpp"
#include "net/listening.hpp"
#include "proxy/frontend.hpp"
#include "rawsocket/handshake.hpp"
#include "support/run_until.hpp"
#include "wamp/document.hpp"

namespace wampgate::proxy::test {

using Json = nlohmann::json;
using wamp::Serializer;

/// Owns what a handshake or a link needs until the turn after its end.
template <typename T>
struct Grave final : net::Mortal {
  explicit Grave(std::unique_ptr<T> dead) : corpse(std::move(dead)) {}
  std::unique_ptr<T> corpse;
};

/// One end of a WAMP connection over a RawSocket: a client, or the router's end of a session.
class Peer final : public wamp::LinkReceiver {
 public:
  explicit Peer(std::unique_ptr<wamp::Link> taken) : link(std::move(taken)) { link->SetReceiver(this); }
  void OnMessage(std::string_view message) override {
    octets += message.size();
    if (on_message) return on_message(*this, message);
    messages.emplace_back(*wamp::ReadDocument(link->serializer(), message));
  }
  void OnDrained() override {
    if (on_drained) on_drained(*this);
  }
  void OnViolation(std::string_view) override {}
  void OnLinkEnd(const ChannelEnd& how) override {
    end = how;
    ended = true;
    if (on_end) on_end(*this);
  }
  Json Take() {
    Json message = std::move(messages.front());
    messages.pop_front();
    return message;
  }

  std::unique_ptr<wamp::Link> link;
  std::deque<Json> messages;
  std::size_t octets = 0;
  bool ended = false;
  ChannelEnd end;
  std::function<void(Peer&, std::string_view)> on_message;
  std::function<void(Peer&)> on_drained;
  std::function<void(Peer&)> on_end;
};

/// Accepts RawSocket connections on a Unix socket and makes links of them.
class RawSocketListener {
 public:
  using OnLink = std::function<void(std::unique_ptr<wamp::Link>)>;
  RawSocketListener(net::Loop& loop, const std::string& path, OnLink on_link)
      : loop_(loop),
        on_link_(std::move(on_link)),
        acceptor_(loop, net::Listen(net::UnixListen{path}),
                  [this](auto stream) { Accept(std::move(stream)); }) {
    acceptor_.Start();
  }

 private:
  void Accept(std::unique_ptr<net::Stream> stream) {
    const auto handshake = handshakes_.emplace(handshakes_.end());
    *handshake = rawsocket::AcceptRawSocket(std::move(stream), {}, [this, handshake](auto opened) {
      loop_.DeleteLater(std::move(*handshake));
      handshakes_.erase(handshake);
      if (!opened.ok()) return;
      on_link_(std::make_unique<wamp::Link>(std::move(opened->channel),
                                            wamp::Serialization{opened->serializer, wamp::Batching::kNone}));
    });
  }
  net::Loop& loop_;
  OnLink on_link_;
  std::list<std::unique_ptr<net::Mortal>> handshakes_;
  net::Acceptor acceptor_;
};

/// A tiny router: WELCOME for HELLO, RESULT with the same arguments for CALL, GOODBYE for GOODBYE.
class StubRouter {
 public:
  StubRouter(net::Loop& loop, const std::string& path)
      : loop_(loop), listener_(loop, path, [this](auto link) { Add(std::move(link)); }) {}

  std::list<std::unique_ptr<Peer>> sessions;
  std::size_t joins = 0, goodbyes = 0;

  static void Answer(Peer& peer, std::string_view octets, StubRouter& router) {
    const Json message = *wamp::ReadDocument(peer.link->serializer(), octets);
    if (message[0] == 1) {
      ++router.joins;
      peer.link->SendDocument(Json::array({2,
                                           router.joins,
                                           {{"realm", message[1]},
                                            {"authid", "joe"},
                                            {"authrole", "user"},
                                            {"roles", {{"dealer", Json::object()}}}}}));
    } else if (message[0] == 6) {
      ++router.goodbyes;
      peer.link->SendDocument(Json::array({6, Json::object(), "wamp.close.goodbye_and_out"}));
    } else if (message[0] == 48) {
      Json result = Json::array({50, message[1], Json::object()});
      for (std::size_t i = 4; i < message.size(); ++i) result.push_back(message[i]);
      peer.link->SendDocument(result);
    }
  }

 private:
  void Add(std::unique_ptr<wamp::Link> link) {
    auto& peer = *sessions.emplace_back(std::make_unique<Peer>(std::move(link)));
    const auto place = std::prev(sessions.end());
    peer.on_message = [this](Peer& self, std::string_view message) { Answer(self, message, *this); };
    peer.on_end = [this, place](Peer&) {
      loop_.DeleteLater(std::make_unique<Grave<Peer>>(std::move(*place)));
      sessions.erase(place);
    };
  }
  net::Loop& loop_;
  RawSocketListener listener_;
};

/// A frontend on a Unix socket in front of a stub router on another, all on one loop.
class SocketWorld : public ::testing::Test {
 protected:
  SocketWorld() {
    TransparentOptions options;
    options.fallback = {Backend("router.sock")};
    settings_->routes = MakeTransparentRoutes(options, pool_);
    settings_->node = std::make_shared<NodeIdentity>();
  }
  BackendOptions Backend(const std::string& file, Serializer serializer = Serializer::kJson) const {
    BackendOptions backend;
    backend.id = backend.name = file;
    backend.endpoint = net::UnixConnect{folder_ / file, std::chrono::seconds(10)};
    backend.transport = rawsocket::ClientOptions{.serializer = serializer};
    return backend;
  }
  void AcceptClient(std::unique_ptr<wamp::Link> link) {
    wamp::TransportDetails details;
    details.transport = "workers/w/transports/t";
    details.channel_framing = "rawsocket";
    details.peer = "unix";
    Frontend(runtime_, settings_).Accept(std::move(link), std::move(details));
  }
  /// A connected client that has not said HELLO; null if that fails.
  std::unique_ptr<Peer> Connect(Serializer serializer = Serializer::kJson) {
    std::unique_ptr<Peer> peer;
    std::unique_ptr<net::Mortal> handshake;
    bool failed = false;
    net::Connector connector(
        loop_, *resolver_, net::UnixConnect{folder_ / "node.sock", std::chrono::seconds(10)},
        [&](StatusOr<std::unique_ptr<net::Stream>> stream) {
          if (!stream.ok()) return void(failed = true);
          handshake =
              rawsocket::OpenRawSocket(*std::move(stream), {.serializer = serializer}, [&](auto opened) {
                failed = !opened.ok();
                if (failed) return;
                peer = std::make_unique<Peer>(std::make_unique<wamp::Link>(
                    std::move(opened->channel), wamp::Serialization{serializer, wamp::Batching::kNone}));
              });
        });
    EXPECT_TRUE(RunUntil([&] { return peer != nullptr || failed; }));
    loop_.DeleteLater(std::move(handshake));
    return peer;
  }
  std::unique_ptr<Peer> Join(Serializer serializer = Serializer::kJson) {
    auto client = Connect(serializer);
    client->link->SendDocument(Json::array({1, "realm1", {{"roles", {{"caller", Json::object()}}}}}));
    EXPECT_TRUE(RunUntil([&] { return !client->messages.empty(); }));
    EXPECT_EQ(client->Take()[0], 2);
    return client;
  }
  /// All say HELLO together and have got WELCOME.
  std::vector<std::unique_ptr<Peer>> JoinMany(int count) {
    std::vector<std::unique_ptr<Peer>> clients;
    for (int i = 0; i < count; ++i) clients.push_back(Connect());
    for (auto& client : clients) client->link->SendDocument(Json::array({1, "realm1", Json::object()}));
    EXPECT_TRUE(RunUntil([&] {
      return std::ranges::all_of(clients, [](auto& client) { return !client->messages.empty(); });
    }));
    for (auto& client : clients) EXPECT_EQ(client->Take()[0], 2);
    return clients;
  }
  template <typename Condition>
  bool RunUntil(Condition condition, std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    return wampgate::test::RunUntil(loop_, condition, limit);
  }
  /// Memory of this process that is resident, in octets.
  static std::size_t Resident() {
    std::FILE* file = std::fopen("/proc/self/statm", "r");
    std::size_t total = 0, resident = 0;
    EXPECT_EQ(std::fscanf(file, "%zu %zu", &total, &resident), 2);
    std::fclose(file);
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  }
  static std::size_t Descriptors() {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
  }

  net::TemporaryFolder folder_;
  net::Loop loop_;
  std::shared_ptr<net::Resolver> resolver_ = net::MakeResolver(loop_);
  wamp::SessionRegistry registry_{[this](std::unique_ptr<wamp::Session> session) {
    loop_.DeleteLater(std::make_unique<Grave<wamp::Session>>(std::move(session)));
  }};
  std::unique_ptr<BackendDialer> dialer_ = MakeBackendDialer(loop_, resolver_);
  Runtime runtime_{loop_, registry_, *dialer_, {}, {}};
  BackendPool pool_;
  std::shared_ptr<FrontendSettings> settings_ = std::make_shared<FrontendSettings>();
  StubRouter router_{loop_, folder_ / "router.sock"};
  RawSocketListener listener_{loop_, folder_ / "node.sock",
                              [this](auto link) { AcceptClient(std::move(link)); }};
};

}  // namespace wampgate::proxy::test
