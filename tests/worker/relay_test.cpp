#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/stub_router.hpp"
#include "support/wamp_client.hpp"
#include "worker/process_fixture.hpp"

/// Real clients, the worker's real parts and a stub router: everything but the supervisor.
namespace wampgate::worker {
namespace {

using nlohmann::json;
using test::RunUntil;
using test::StubRouter;
using test::WampClient;
using wamp::Serializer;

class Relay : public ProcessTest {
 protected:
  proxy::TransparentOptions ToStub() const {
    proxy::BackendOptions backend;
    backend.id = "backend001";
    backend.name = "workers/w/backends/backend001";
    backend.endpoint = net::UnixConnect{socket_path()};
    backend.transport = rawsocket::ClientOptions{.serializer = Serializer::kJson};
    proxy::TransparentOptions transparent;
    transparent.fallback = {backend};
    return transparent;
  }
  std::string socket_path() const { return directory_ + "/router.sock"; }

  config::Node RawSocketNode() const {
    config::Transport transport;
    transport.id = "a";
    transport.name = "workers/w/transports/a";
    config::RawSocketTransport rawsocket;
    rawsocket.transparent = ToStub();
    transport.protocol = rawsocket;
    return NodeWith({transport});
  }
  config::Node WebSocketNode() const {
    config::Transport transport = WebTransport("a", {});
    config::WampWebSocket websocket;
    websocket.serializers = {Serializer::kJson, Serializer::kMsgpack, Serializer::kCbor};
    websocket.transparent = ToStub();
    auto& paths = std::get<config::WebTransport>(transport.protocol).root.paths;
    paths["ws"] = {transport.name + "/paths/ws", websocket};
    return NodeWith({transport});
  }
  /// Runs `work` on a thread of its own while the loop serves it.
  void While(const std::function<void()>& work) {
    std::atomic<bool> done{false};
    std::thread thread([&] {
      work();
      done = true;
    });
    EXPECT_TRUE(RunUntil(loop_, [&] { return done.load(); }, std::chrono::seconds(40)));
    thread.join();
  }
  static void JoinCallAndLeave(WampClient& client) {
    const json welcome = client.Join("realm1");
    ASSERT_TRUE(welcome.is_array());
    ASSERT_EQ(welcome.at(0), 2) << welcome;
    client.Send({48, 1, json::object(), "com.example.echo", {1, "zwei", 3.5}});
    EXPECT_EQ(client.Receive(), (json{50, 1, json::object(), {1, "zwei", 3.5}}));
    client.Send({6, json::object(), "wamp.close.close_realm"});
    EXPECT_EQ(client.Receive(), (json{6, json::object(), "wamp.close.goodbye_and_out"}));
    EXPECT_TRUE(client.AwaitEnd());
  }
};

TEST_F(Relay, CarriesAJsonSessionOverRawSocket) {
  StubRouter router(socket_path());
  StartWith(RawSocketNode());
  While([&] { JoinCallAndLeave(*WampClient::RawSocket({port()}, Serializer::kJson)); });
}

TEST_F(Relay, CarriesAJsonSessionOverWebSocket) {
  StubRouter router(socket_path());
  StartWith(WebSocketNode());
  While([&] { JoinCallAndLeave(*WampClient::WebSocket({port()}, "/ws", Serializer::kJson)); });
}

TEST_F(Relay, TranslatesCborToTheRoutersJson) {
  StubRouter router(socket_path());
  StartWith(WebSocketNode());
  While([&] { JoinCallAndLeave(*WampClient::WebSocket({port()}, "/ws", Serializer::kCbor)); });
}

TEST_F(Relay, EndsTheClientWhenTheRouterIsLost) {
  StubRouter router(socket_path());
  StartWith(WebSocketNode());
  While([&] {
    auto client = WampClient::WebSocket({port()}, "/ws", Serializer::kJson);
    ASSERT_EQ(client->Join("realm1").at(0), 2);
    router.DropConnections();
    const json goodbye = client->Receive();
    ASSERT_TRUE(goodbye.is_array());
    EXPECT_EQ(goodbye.at(0), 6);
    EXPECT_TRUE(client->AwaitEnd());
  });
}

TEST_F(Relay, SessionsOnARemovedBackendEndOnlyWhenTheyAreToBeClosed) {
  StubRouter router(socket_path());
  StartWith(RawSocketNode());
  auto client = WampClient::RawSocket({port()}, Serializer::kJson);
  While([&] { EXPECT_EQ(client->Join("realm1").at(0), 2); });
  config::Node moved = RawSocketNode();
  auto& transport = std::get<config::RawSocketTransport>(moved.workers[0].transports[0].protocol);
  transport.transparent->fallback[0].endpoint = net::UnixConnect{directory_ + "/elsewhere.sock"};
  const auto echoes = [&] {
    client->Send({48, 1, json::object(), "com.example.echo"});
    EXPECT_EQ(client->Receive(), (json{50, 1, json::object()}));
  };
  Define("moved", moved);
  ASSERT_EQ(Prepare(2, "moved"), "");
  ASSERT_EQ(Commit(2, internal::Commit::KEEP), 2U);
  While(echoes);

  ASSERT_EQ(Prepare(3, "first"), "");  // back, and away again
  ASSERT_EQ(Commit(3, internal::Commit::KEEP), 3U);
  ASSERT_EQ(Prepare(4, "moved"), "");
  ASSERT_EQ(Commit(4, internal::Commit::CLOSE), 4U);
  While([&] {
    EXPECT_EQ(client->Receive().at(0), 6);
    EXPECT_TRUE(client->AwaitEnd());
  });
}

}  // namespace
}  // namespace wampgate::worker
