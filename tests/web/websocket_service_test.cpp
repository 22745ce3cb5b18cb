#include "web/websocket_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/harness.hpp"

namespace wampgate::web {
namespace {

using test::Answer;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;
using wamp::Serializer;

// Keeps the links it gets and what they say.
class RecordingAcceptor final : public wamp::SessionAcceptor, private wamp::LinkReceiver {
 public:
  void Accept(std::unique_ptr<wamp::Link> new_link, wamp::TransportDetails new_details) override {
    link = std::move(new_link);
    details = std::move(new_details);
    link->SetReceiver(this);
  }
  std::unique_ptr<wamp::Link> link;
  wamp::TransportDetails details;
  std::string received;

 private:
  void OnMessage(std::string_view message) override { received += message; }
  void OnDrained() override {}
  void OnViolation(std::string_view) override {}
  void OnLinkEnd(const ChannelEnd&) override {}
};

class WebSocketServiceTest : public ::testing::Test {
 protected:
  ~WebSocketServiceTest() override { acceptor->link.reset(); }  // before the loop
  void Serve(std::vector<Serializer> serializers) {
    auto service =
        std::make_shared<WebSocketService>(std::make_shared<const websocket::ServerOptions>(options),
                                           serializers, "workers/w/transports/t/paths/ws", acceptor);
    harness.Serve(std::make_shared<http::PathTable>(http::PathTable::Children{{"ws", service}}, nullptr));
  }
  std::string Upgrade(const std::string& subprotocols, const std::string& more = "") {
    std::string request =
        "GET /ws/any?x HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    if (!subprotocols.empty()) request += "Sec-WebSocket-Protocol: " + subprotocols + "\r\n";
    return request + more + "\r\n";
  }

  std::shared_ptr<RecordingAcceptor> acceptor = std::make_shared<RecordingAcceptor>();
  websocket::ServerOptions options;
  test::Harness harness;
};

TEST_F(WebSocketServiceTest, HandsAWampLinkToTheAcceptorAndLosesNoEarlyFrame) {
  Serve({Serializer::kJson, Serializer::kCbor});
  const auto client = harness.Connect();
  const std::string frame("\x81\x83\x00\x00\x00\x00[1]", 9);  // masked with zeros
  client->Send(Upgrade("wamp.2.msgpack, wamp.2.json", "X-One: 1\r\nX-One: 2\r\n") + frame);
  const Answer answer = harness.Next(*client);
  EXPECT_EQ(answer.status, 101);
  EXPECT_EQ(answer.Field("sec-websocket-protocol"), "wamp.2.json");
  EXPECT_EQ(answer.Field("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  ASSERT_TRUE(harness.Until(*client, [&] { return acceptor->received == "[1]"; }));
  EXPECT_EQ(acceptor->link->serializer(), Serializer::kJson);
  const wamp::TransportDetails& details = acceptor->details;
  EXPECT_EQ(details.transport, "workers/w/transports/t/paths/ws");
  EXPECT_EQ(details.channel_framing, "websocket");
  EXPECT_THAT(details.peer, StartsWith("tcp4:127.0.0.1:"));
  EXPECT_EQ(details.websocket_protocol, "wamp.2.json");
  EXPECT_FALSE(details.is_secure);
  EXPECT_THAT(details.http_headers, Contains(Pair("x-one", "1,2")));
  EXPECT_THAT(details.http_headers, Contains(Pair("host", "localhost")));
  EXPECT_TRUE(acceptor->link->Send("[2]"));
  EXPECT_TRUE(harness.Until(*client, [&] { return client->received == "\x81\x03[2]"; }));
  EXPECT_EQ(harness.server().size(), 0u);
}

TEST_F(WebSocketServiceTest, SpeaksTheBatchedFormOfEachSerializer) {
  Serve({Serializer::kCbor});
  const auto client = harness.Connect();
  client->Send(Upgrade("wamp.2.json.batched, wamp.2.cbor.batched"));
  EXPECT_EQ(harness.Next(*client).Field("sec-websocket-protocol"), "wamp.2.cbor.batched");
  EXPECT_EQ(acceptor->link->serialization(),
            (wamp::Serialization{Serializer::kCbor, wamp::Batching::kBatched}));
}

TEST_F(WebSocketServiceTest, RefusesWithoutACommonSubprotocolAndCloses) {
  Serve({Serializer::kJson});
  const auto client = harness.Connect();
  client->Send(Upgrade("wamp.2.cbor"));
  EXPECT_EQ(harness.Next(*client).status, 400);
  EXPECT_TRUE(harness.Until(*client, [&] { return client->ended(); }));
  EXPECT_EQ(acceptor->link, nullptr);
}

TEST_F(WebSocketServiceTest, SpeaksJsonToClientsWithoutASubprotocolIfAllowed) {
  options.require_websocket_subprotocol = false;
  Serve({Serializer::kCbor, Serializer::kJson});
  const auto client = harness.Connect();
  client->Send(Upgrade(""));
  EXPECT_EQ(harness.Next(*client).status, 101);
  EXPECT_EQ(acceptor->link->serialization(), wamp::Serialization{});
}

TEST_F(WebSocketServiceTest, ShowsTheStatusPageOr426ToPlainRequests) {
  Serve({Serializer::kJson});
  const auto client = harness.Connect();
  client->Send("GET /ws HTTP/1.1\r\nHost: x\r\n\r\n");
  const Answer page = harness.Next(*client);
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("<html"));
  EXPECT_TRUE(harness.Until(*client, [&] { return client->ended(); }));
  const Answer head = harness.Head("/ws");
  EXPECT_EQ(head.status, 200);
  const auto poster = harness.Connect();
  poster->Send("POST /ws HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(harness.Until(*poster, [&] { return poster->ended(); }));
  EXPECT_THAT(poster->received,
              StartsWith("HTTP/1.1 405 HTTP method \"POST\" not allowed\r\nAllow: GET, HEAD\r\n"));
  options.enable_webstatus = false;
  Serve({Serializer::kJson});
  harness.server().SetSite(harness.MakeSite());
  EXPECT_EQ(harness.Get("/ws").status, 426);
}

}  // namespace
}  // namespace wampgate::web
