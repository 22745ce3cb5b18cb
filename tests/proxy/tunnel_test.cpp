// A client and a backend with real sockets, and what carries their messages between them.
#include "proxy/tunnel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <list>

#include "base/log.hpp"
#include "http/harness.hpp"
#include "http/pages.hpp"
#include "http/path_table.hpp"
#include "net/acceptor.hpp"
#include "net/listening.hpp"
#include "proxy/tunnel_host.hpp"
#include "proxy/tunnel_service.hpp"
#include "support/recording_receiver.hpp"
#include "support/run_until.hpp"
#include "websocket/connection.hpp"
#include "websocket/frames.hpp"
#include "websocket/handshake.hpp"

namespace wampgate::proxy {
namespace {

using test::Answer;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using websocket::test::CloseFrame;
using websocket::test::Frame;
using websocket::test::TakeFrames;
using websocket::test::Text;

template <typename T>
struct Grave final : net::Mortal {
  explicit Grave(std::unique_ptr<T> dead) : corpse(std::move(dead)) {}
  std::unique_ptr<T> corpse;
};

/// A WebSocket server behind the proxy: remembers the requests, keeps the connections.
class BackendServer {
 public:
  enum class Manner : unsigned char { kAccept, kRefuse, kFail, kSilent };
  struct Session {
    std::unique_ptr<MessageChannel> channel;
    test::RecordingReceiver receiver;
  };

  BackendServer(net::Loop& loop, http::Offload& offload, const std::string& path)
      : server_(loop, MakeSite(), offload),
        acceptor_(loop, net::Listen(net::UnixListen{path}),
                  [this](auto stream) { server_.Accept(std::move(stream)); }) {
    acceptor_.Start();
  }

  Manner manner = Manner::kAccept;
  websocket::ServerOptions options;
  std::vector<std::string> speaks;
  std::string more_fields;
  std::vector<http::Request> requests;
  std::list<Session> sessions;
  std::vector<std::shared_ptr<http::Responder>> waiting;

 private:
  std::shared_ptr<const http::Site> MakeSite() {
    auto service = std::make_shared<test::FunctionService>(
        [this](http::Request request, std::shared_ptr<http::Responder> responder) {
          requests.push_back(request);
          if (manner == Manner::kSilent) return waiting.push_back(std::move(responder));
          if (manner == Manner::kRefuse) return responder->Send(http::ErrorPage(403, "Forbidden", "no"));
          if (manner == Manner::kFail) return responder->Send(http::ErrorPage(502, "Bad Gateway", "no"));
          auto outcome = websocket::AnswerHandshake(request, options, speaks);
          ASSERT_TRUE(outcome.accepted) << outcome.response;
          auto stream = responder->TakeStream();
          outcome.response.insert(outcome.response.size() - 2, more_fields);
          stream->Output().Append(outcome.response);
          Session& session = sessions.emplace_back();
          session.channel = websocket::MakeConnection(
              std::move(stream), std::make_shared<const websocket::ConnectionOptions>(options.connection),
              outcome.deflate);
          session.channel->SetReceiver(&session.receiver);
        });
    return std::make_shared<const http::Site>(http::Site{{}, std::move(service)});
  }

  http::Server server_;
  net::Acceptor acceptor_;
};

class TunnelTest : public ::testing::Test {
 protected:
  TunnelTest() {
    log::SetLevel(log::Level::kError);
    options.name = "workers/w/transports/t/paths/ws";
    options.endpoint = net::UnixConnect{folder / "backend.sock", std::chrono::seconds(10)};
    options.client.host = "backend.example";
  }
  ~TunnelTest() override {
    registry.ForEach([](wamp::Session& session) { session.Kill(); });
    harness.loop.EndTurn();
    log::SetLevel(log::Level::kWarning);
  }

  void Serve() {
    auto service = std::make_shared<TunnelService>(options, host);
    harness.Serve(std::make_shared<http::PathTable>(http::PathTable::Children{{"ws", service}}, nullptr));
    harness.server().SetSite(harness.MakeSite());
  }
  static std::string Upgrade(const std::string& target = "/ws", const std::string& more = "") {
    return "GET " + target +
           " HTTP/1.1\r\nHost: edge.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           more + "\r\n";
  }
  /// A client with a tunnel; the backend's end of it is the last session.
  std::unique_ptr<test::Client> Join(const std::string& more = "") {
    auto client = harness.Connect();
    client->Send(Upgrade("/ws", more));
    EXPECT_EQ(harness.Next(*client).status, 101);
    return client;
  }
  BackendServer::Session& Behind() { return backend.sessions.back(); }
  Frame NextFrame(test::Client& client) {
    std::vector<Frame> frames;
    const bool came = harness.Until(client, [&] {
      frames = TakeFrames(client.received);
      return !frames.empty() || client.ended() || client.was_reset();
    });
    EXPECT_TRUE(came);
    return frames.empty() ? Frame{.opcode = -1} : frames.front();
  }
  static std::string CloseText(std::uint16_t code, const std::string& text) {
    return std::string{static_cast<char>(code >> 8), static_cast<char>(code)} + text;
  }

  net::TemporaryFolder folder;
  test::Harness harness;
  wamp::SessionRegistry registry{[this](std::unique_ptr<wamp::Session> session) {
    harness.loop.DeleteLater(std::make_unique<Grave<wamp::Session>>(std::move(session)));
  }};
  SessionLimits limits;
  TunnelHost host{harness.loop, registry, [this] { return limits; }};
  BackendServer backend{harness.loop, harness.offload, folder / "backend.sock"};
  TunnelOptions options;
};

TEST_F(TunnelTest, AnswersWithWhatTheBackendHasChosen) {
  backend.speaks = {"superchat"};
  backend.more_fields = "Set-Cookie: s=1; Path=/\r\nSet-Cookie: t=2\r\nX-Internal: 1\r\n";
  options.client.target = "/base";
  Serve();
  auto client = harness.Connect();
  client->Send(Upgrade("/ws/room%201?x=1", "Sec-WebSocket-Protocol: chat, superchat\r\nCookie: a=1\r\n"));
  const Answer answer = harness.Next(*client);
  EXPECT_EQ(answer.status, 101);
  EXPECT_EQ(answer.Field("sec-websocket-protocol"), "superchat");
  EXPECT_EQ(answer.Field("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(answer.fields.count("set-cookie"), 2u);
  EXPECT_EQ(answer.fields.count("x-internal"), 0u);
  ASSERT_EQ(backend.requests.size(), 1u);
  const http::Request& asked = backend.requests.front();
  EXPECT_EQ(asked.target, "/base/room%201?x=1");
  EXPECT_EQ(asked.Header("host"), "backend.example");
  EXPECT_EQ(asked.Header("cookie"), "a=1");
  EXPECT_EQ(asked.Header("x-forwarded-for"), "127.0.0.1");
}

TEST_F(TunnelTest, CarriesMessagesBothWaysAndTheirKind) {
  Serve();
  // The first one comes in the segment of the request.
  auto client = harness.Connect();
  client->Send(Upgrade() + Text("early"));
  EXPECT_EQ(harness.Next(*client).status, 101);
  ASSERT_TRUE(harness.Until(*client, [&] { return Behind().receiver.messages.size() == 1; }));
  client->Send(websocket::test::Binary(std::string("\0\xff", 2)));
  ASSERT_TRUE(harness.Until(*client, [&] { return Behind().receiver.messages.size() == 2; }));
  EXPECT_EQ(Behind().receiver.messages[0], (std::pair{MessageKind::kText, std::string("early")}));
  EXPECT_EQ(Behind().receiver.messages[1], (std::pair{MessageKind::kBinary, std::string("\0\xff", 2)}));
  Behind().channel->Send(MessageKind::kBinary, "b");
  EXPECT_EQ(NextFrame(*client), (Frame{.opcode = 2, .payload = "b"}));
  Behind().channel->Send(MessageKind::kText, "");
  EXPECT_EQ(NextFrame(*client), (Frame{.opcode = 1, .payload = ""}));
}

TEST_F(TunnelTest, PutsFragmentsTogetherAndPassesLargeMessages) {
  Serve();
  auto client = Join();
  client->Send(websocket::test::ClientWire({.opcode = 1, .payload = "a", .fin = false}) +
               websocket::test::ClientWire({.opcode = 9, .payload = "ping"}) +
               websocket::test::ClientWire({.opcode = 0, .payload = "b"}));
  EXPECT_EQ(NextFrame(*client), (Frame{.opcode = 10, .payload = "ping"})) << "answered by the proxy";
  ASSERT_TRUE(harness.Until(*client, [&] { return Behind().receiver.messages.size() == 1; }));
  EXPECT_EQ(Behind().receiver.messages[0].second, "ab");
  const std::string large(3'000'000, 'x');
  client->Send(Text(large));
  ASSERT_TRUE(harness.Until(*client, [&] { return Behind().receiver.messages.size() == 2; }));
  EXPECT_EQ(Behind().receiver.messages[1].second, large);
  Behind().channel->Send(MessageKind::kText, large);
  EXPECT_EQ(NextFrame(*client).payload, large);
}

TEST_F(TunnelTest, CarriesCloseCodesBothWays) {
  Serve();
  auto client = Join();
  client->Send(CloseFrame(4001, "bye"));
  ASSERT_TRUE(harness.Until(*client, [&] { return client->ended(); }));
  client->Close();
  ASSERT_TRUE(harness.Until(*client, [&] { return Behind().receiver.ends == 1; }));
  EXPECT_EQ(Behind().receiver.end->cause, ChannelEnd::Cause::kClosedByPeer);
  EXPECT_EQ(Behind().receiver.end->code, 4001);
  EXPECT_EQ(Behind().receiver.end->reason, "bye");

  auto second = Join();
  Behind().channel->Close(3005, "maintenance");
  EXPECT_EQ(NextFrame(*second), (Frame{.opcode = 8, .payload = CloseText(3005, "maintenance")}));

  auto third = Join();
  third->Send(websocket::test::ClientWire({.opcode = 8, .payload = ""}));
  ASSERT_TRUE(harness.Until(*third, [&] { return third->ended(); }));
  third->Close();
  ASSERT_TRUE(harness.Until(*third, [&] { return Behind().receiver.ends == 1; }));
  EXPECT_EQ(Behind().receiver.end->cause, ChannelEnd::Cause::kClosedByPeer);
  EXPECT_EQ(Behind().receiver.end->code, 0) << "no code is passed on as no code";
}

TEST_F(TunnelTest, TellsASideThatTheOtherOneIsLost) {
  Serve();
  auto client = Join();
  Behind().channel->Abort();
  EXPECT_EQ(NextFrame(*client), (Frame{.opcode = 8, .payload = CloseText(1001, "the backend is gone")}));

  auto second = Join();
  second->Close();
  ASSERT_TRUE(harness.Until(*second, [&] { return Behind().receiver.ends == 1; }));
  EXPECT_EQ(Behind().receiver.end->code, 1001);
  EXPECT_EQ(Behind().receiver.end->reason, "the client is gone");
  EXPECT_TRUE(harness.Until(*client, [&] { return client->Close(), registry.size() == 0; }));
}

TEST_F(TunnelTest, TellsABackendWhoseClientBreaksTheProtocol) {
  Serve();
  auto client = Join();
  client->Send(Text("\xff"));
  EXPECT_THAT(NextFrame(*client).payload, StartsWith(CloseText(1007, "")));
  client->Close();
  ASSERT_TRUE(harness.Until(*client, [&] { return Behind().receiver.ends == 1; }));
  EXPECT_EQ(Behind().receiver.end->code, 1001);
}

TEST_F(TunnelTest, AnswersBeforeTheUpgradeThatTheBackendIsNotThere) {
  options.endpoint = net::UnixConnect{folder / "absent.sock", std::chrono::seconds(10)};
  Serve();
  const Answer absent = harness.Ask(Upgrade());
  EXPECT_EQ(absent.status, 503);
  EXPECT_THAT(absent.head, StartsWith("HTTP/1.1 503 WebSocket reverse proxy backend not reachable\r\n"));
  EXPECT_EQ(registry.census().ends(wamp::SessionStage::kJoin, EndReason::kBackendUnreachable), 1u);
  EXPECT_EQ(host.opening(), 0u);
}

TEST_F(TunnelTest, AnswersBeforeTheUpgradeThatTheBackendRefuses) {
  backend.manner = BackendServer::Manner::kRefuse;
  Serve();
  EXPECT_EQ(harness.Ask(Upgrade()).status, 502);
  EXPECT_EQ(registry.census().ends(wamp::SessionStage::kJoin, EndReason::kBackendRefused), 1u);
}

TEST_F(TunnelTest, WarnsOfABackendThatFailsButNotOfOneThatRefusesAClient) {
  constexpr const char* kFails = "does not take clients";
  constexpr const char* kAgain = "answers again";
  Serve();
  const auto log_of = [&](BackendServer::Manner manner) {
    backend.manner = manner;
    ::testing::internal::CaptureStderr();
    log::SetLevel(log::Level::kInfo);
    EXPECT_EQ(harness.Ask(Upgrade()).status, 502);
    log::SetLevel(log::Level::kError);
    return ::testing::internal::GetCapturedStderr();
  };
  EXPECT_THAT(log_of(BackendServer::Manner::kRefuse), Not(HasSubstr(kFails)));
  EXPECT_THAT(log_of(BackendServer::Manner::kFail), HasSubstr(kFails));
  EXPECT_THAT(log_of(BackendServer::Manner::kFail), Not(HasSubstr(kFails))) << "once";
  EXPECT_THAT(log_of(BackendServer::Manner::kRefuse), HasSubstr(kAgain));
  EXPECT_THAT(log_of(BackendServer::Manner::kRefuse), Not(HasSubstr(kAgain)));
}

TEST_F(TunnelTest, EndsWhatWaitsForTheBackendOfAPathThatIsRemoved) {
  backend.manner = BackendServer::Manner::kSilent;
  Serve();
  auto client = harness.Connect();
  client->Send(Upgrade());
  ASSERT_TRUE(harness.Until(*client, [&] { return backend.waiting.size() == 1; }));
  host.Cancel("workers/w/transports/t/paths/other");
  EXPECT_EQ(host.opening(), 1u);
  host.Cancel(options.name);
  EXPECT_EQ(host.opening(), 0u);
  EXPECT_EQ(harness.Next(*client).status, 503);
  EXPECT_EQ(registry.census().ends(wamp::SessionStage::kJoin, EndReason::kClosedByOperator), 1u);
  backend.waiting.clear();
}

TEST_F(TunnelTest, SaysWhatIsLostWhenAClientTakesNothingAfterTheEnd) {
  options.server.connection.close_handshake_timeout = std::chrono::milliseconds(200);
  Serve();
  auto client = Join();
  const std::string large(1024 * 1024, 'x');
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(Behind().channel->Send(MessageKind::kBinary, large));
  std::size_t waiting = 0;
  ASSERT_TRUE(wampgate::test::RunUntil(harness.loop, [&] {  // the client does not read meanwhile
    registry.ForEach([&](wamp::Session& session) { waiting = session.facts().buffered_to_client; });
    return waiting > MessageChannel::kHighWatermark;
  }));
  ::testing::internal::CaptureStderr();
  log::SetLevel(log::Level::kInfo);
  registry.ForEach([](wamp::Session& session) { session.End(EndReason::kClosedByOperator); });
  const bool is_over = wampgate::test::RunUntil(harness.loop, [&] { return registry.size() == 0; });
  log::SetLevel(log::Level::kError);
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_TRUE(is_over);
  EXPECT_THAT(said, HasSubstr("the peer did not answer Close within 200 ms; the last "));
}

TEST_F(TunnelTest, AnswersBeforeTheUpgradeThatTheBackendIsSilent) {
  backend.manner = BackendServer::Manner::kSilent;
  options.connect_timeout = std::chrono::milliseconds(200);
  Serve();
  EXPECT_EQ(harness.Ask(Upgrade()).status, 504);
  EXPECT_EQ(backend.requests.size(), 1u);
  backend.waiting.clear();
}

TEST_F(TunnelTest, GivesUpABackendThatNobodyWaitsForAnyMore) {
  backend.manner = BackendServer::Manner::kSilent;
  Serve();
  auto client = harness.Connect();
  client->Send(Upgrade());
  ASSERT_TRUE(harness.Until(*client, [&] { return backend.waiting.size() == 1; }));
  const linger reset{1, 0};
  setsockopt(client->fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  client->Close();
  ASSERT_TRUE(harness.Until(*client, [&] { return harness.server().size() == 0; }));
  backend.waiting.front()->SendVerbatim(
      "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      websocket::AcceptKey(backend.requests.front().Header("sec-websocket-key")) + "\r\n\r\n");
  EXPECT_TRUE(harness.Until(*client, [&] { return host.opening() == 0; }));
  EXPECT_EQ(registry.size(), 0u);
}

TEST_F(TunnelTest, RefusesWhatIsNoHandshakeWithoutAskingTheBackend) {
  options.server.allowed_origins = {"https://good.example"};
  Serve();
  EXPECT_EQ(harness.Ask(Upgrade("/ws", "Origin: https://evil.example\r\n")).status, 400);
  EXPECT_EQ(harness.Ask(Upgrade("/ws/%2e%2e/admin")).status, 404);
  EXPECT_EQ(harness.Get("/ws").status, 200);
  limits.max_sessions = 1;
  auto client = Join();
  EXPECT_EQ(harness.Ask(Upgrade()).status, 503);
  EXPECT_EQ(backend.requests.size(), 1u);
}

TEST_F(TunnelTest, NegotiatesCompressionOnEachSideByItself) {
  options.server.deflate.emplace();
  Serve();
  auto client = harness.Connect();
  client->Send(Upgrade("/ws", "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
  EXPECT_EQ(harness.Next(*client).Field("sec-websocket-extensions"), "permessage-deflate");
  EXPECT_EQ(backend.requests.back().Count("sec-websocket-extensions"), 0u);
  // "Hello" of RFC 7692 7.2.3.1.
  client->Send(websocket::test::ClientWire(
      {.opcode = 1, .payload = std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7), .rsv = 4}));
  ASSERT_TRUE(harness.Until(*client, [&] { return Behind().receiver.messages.size() == 1; }));
  EXPECT_EQ(Behind().receiver.messages[0].second, "Hello");
  Behind().channel->Send(MessageKind::kText, "Hello");
  EXPECT_EQ(NextFrame(*client).rsv, 4);

  options.server.deflate.reset();
  options.client.deflate.emplace();
  backend.options.deflate.emplace();
  Serve();
  auto second = harness.Connect();
  second->Send(Upgrade("/ws", "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
  EXPECT_EQ(harness.Next(*second).Field("sec-websocket-extensions"), "");
  EXPECT_EQ(backend.requests.back().Count("sec-websocket-extensions"), 1u);
  Behind().channel->Send(MessageKind::kText, "Hello");
  EXPECT_EQ(NextFrame(*second), (Frame{.opcode = 1, .payload = "Hello"}));
}

TEST_F(TunnelTest, StopsABackendWhoseClientDoesNotReadAndGivesTheClientUp) {
  limits.slow_consumer_timeout = std::chrono::milliseconds(300);
  Serve();
  auto client = Join();
  const std::string message(10'000, 'x');
  std::size_t sent = 0;
  const auto flow = [&] {
    while (Behind().receiver.ends == 0 && Behind().channel->pending() < MessageChannel::kHighWatermark &&
           sent < 200'000'000) {
      if (!Behind().channel->Send(MessageKind::kBinary, message)) break;
      sent += message.size();
    }
    return Behind().receiver.ends > 0;
  };
  ASSERT_TRUE(test::RunUntil(harness.loop, flow));
  EXPECT_LT(sent, 50'000'000u) << "what the kernel and the watermarks hold, and no more";
  EXPECT_EQ(Behind().receiver.end->code, 1001);
  EXPECT_TRUE(test::RunUntil(harness.loop, [&] { return registry.size() == 0; }, std::chrono::seconds(40)));
  EXPECT_EQ(registry.census().ends(wamp::SessionStage::kOpen, EndReason::kSlowConsumer), 1u);
}

TEST_F(TunnelTest, LosesNothingToAClientThatIsSlow) {
  Serve();
  auto client = Join();
  std::size_t sent = 0, got = 0;
  bool in_order = true;
  constexpr std::size_t kMessages = 3000;
  ASSERT_TRUE(harness.Until(*client, [&] {
    while (sent < kMessages && Behind().channel->pending() < MessageChannel::kHighWatermark) {
      std::string message = std::to_string(sent++);
      message.resize(5000, ' ');
      Behind().channel->Send(MessageKind::kText, message);
    }
    for (const Frame& frame : TakeFrames(client->received)) {
      in_order = in_order && std::stoul(frame.payload) == got;
      ++got;
    }
    return got == kMessages;
  }));
  EXPECT_TRUE(in_order);
}

TEST_F(TunnelTest, ClosesBothWhenAMessageIsTooLongForTheOtherSide) {
  options.server.connection.max_message_size = 1000;
  Serve();
  auto client = Join();
  Behind().channel->Send(MessageKind::kText, std::string(1001, 'x'));
  EXPECT_THAT(NextFrame(*client).payload, StartsWith(CloseText(1001, "")));
  client->Close();
  ASSERT_TRUE(harness.Until(*client, [&] { return Behind().receiver.ends == 1; }));
  EXPECT_EQ(Behind().receiver.end->code, 1009);
}

TEST_F(TunnelTest, IsASessionAmongTheOthers) {
  Serve();
  auto client = Join("User-Agent: test\r\n");
  ASSERT_EQ(registry.size(), 1u);
  EXPECT_EQ(registry.by_transport().at(options.name), 1u);
  wamp::Session& session = *registry.All().front();
  EXPECT_NE(session.id(), 0u);
  EXPECT_TRUE(session.facts().is_open);
  EXPECT_EQ(session.details().user_agent, "test");
  session.End(EndReason::kShutdown);
  EXPECT_THAT(NextFrame(*client).payload, StartsWith(CloseText(1001, "")));
  client->Close();
  ASSERT_TRUE(harness.Until(*client, [&] { return registry.size() == 0; }));
  EXPECT_EQ(Behind().receiver.end->code, 1001);
  EXPECT_EQ(registry.census().ends(wamp::SessionStage::kOpen, EndReason::kShutdown), 1u);
}

}  // namespace
}  // namespace wampgate::proxy
