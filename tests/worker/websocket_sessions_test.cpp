#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/process_fixture.hpp"

/// What becomes of live WebSocket sessions when what they came in by is removed, or the process stops.
namespace wampgate::worker {
namespace {

using test::RunUntil;
using test::SocketClient;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kUpgrade =
    "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: wamp.2.json\r\n\r\n";

config::Node WithWebSocketPath() {
  config::Transport transport = WebTransport("a", {{"x", "41"}});
  config::WampWebSocket websocket;
  websocket.serializers = {wamp::Serializer::kJson};
  websocket.transparent.emplace();
  std::get<config::WebTransport>(transport.protocol).root.paths["ws"] = {transport.name + "/paths/ws",
                                                                         websocket};
  return NodeWith({transport});
}

class WebSocketSessions : public ProcessTest {
 protected:
  void StartWithSession() {
    StartWith(WithWebSocketPath());
    client_.emplace(port());
    client_->Send(kUpgrade);
    ASSERT_TRUE(client_->Receive(loop_, "\r\n\r\n"));
    ASSERT_THAT(client_->received(), StartsWith("HTTP/1.1 101"));
    client_->Forget();
    Define("removed", NodeWith({WebTransport("a", {{"x", "41"}})}));
  }
  std::uint64_t Sessions() {
    supervisor_->frames.clear();
    internal::Frame request;
    request.mutable_status_request();
    supervisor_->Send(request);
    return supervisor_->Await(internal::Frame::kStatus).status().sessions();
  }
  /// A masked empty Ping, and the Pong that answers it.
  bool IsAlive() {
    client_->Forget();
    client_->Send(std::string_view("\x89\x80\0\0\0\0", 6));
    return client_->Receive(loop_, std::string_view("\x8a\0", 2));
  }
  std::optional<SocketClient> client_;
};

TEST_F(WebSocketSessions, OutliveTheirPathWhenTheyAreToBeKept) {
  StartWithSession();
  ASSERT_EQ(Prepare(2, "removed"), "");
  ASSERT_EQ(Commit(2, internal::Commit::KEEP), 2U);
  EXPECT_THAT(Get("/ws"), StartsWith("HTTP/1.1 404"));
  EXPECT_TRUE(IsAlive());
  EXPECT_EQ(Sessions(), 1U);
}

TEST_F(WebSocketSessions, EndWithTheirPathWhenTheyAreToBeClosed) {
  StartWithSession();
  ASSERT_EQ(Prepare(2, "removed"), "");
  ASSERT_EQ(Commit(2, internal::Commit::CLOSE), 2U);
  EXPECT_TRUE(client_->Receive(loop_, "[3,"));  // before WELCOME: ABORT
}

TEST_F(WebSocketSessions, AreToldOnStopAndTheProcessEnds) {
  StartWithSession();
  internal::Frame stop;
  stop.mutable_stop()->set_grace_milliseconds(60000);
  supervisor_->Send(stop);
  EXPECT_TRUE(client_->Receive(loop_, std::string_view("\x03\xe9", 2)));  // 1001
  EXPECT_THAT(client_->received(), HasSubstr("wamp.close.system_shutdown"));
  client_->Send(std::string_view("\x88\x82\0\0\0\0\x03\xe9", 8));
  loop_.Run();
  EXPECT_TRUE(client_->ended());
}

TEST_F(WebSocketSessions, AreDroppedWhenTheGracePeriodIsOver) {
  StartWithSession();
  internal::Frame stop;
  stop.mutable_stop()->set_grace_milliseconds(100);
  supervisor_->Send(stop);
  const auto begun = std::chrono::steady_clock::now();
  loop_.Run();  // the client answers nothing
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(3));
}

}  // namespace
}  // namespace wampgate::worker
