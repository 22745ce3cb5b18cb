#include <gmock/gmock.h>

#include "net/loop.hpp"
#include "net/socket_pair.hpp"
#include "net/stream.hpp"
#include "support/recording_receiver.hpp"
#include "support/run_until.hpp"
#include "websocket/connection.hpp"
#include "websocket/frames.hpp"
#include "websocket/handshake.hpp"
#include "websocket/server_answer.hpp"

namespace wampgate::websocket::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() {
    options.host = "router.example:8080";
    options.target = "/ws?x=1";
    options.subprotocols = {"wamp.2.cbor", "wamp.2.json"};
  }
  void Open() {
    auto [mine, theirs] = net::MakeSocketPair();
    peer = std::move(theirs);
    handshake = OpenWebSocket(std::make_unique<net::Stream>(loop, std::move(mine)),
                              std::make_shared<ClientOptions>(options), [this](StatusOr<Opened> result) {
                                ++calls;
                                if (result.ok()) {
                                  opened = *std::move(result);
                                } else {
                                  status = result.status();
                                }
                                handshake.reset();  // as an owner may
                              });
  }
  [[nodiscard]] bool RunUntilRequest() {
    return wampgate::test::RunUntil(loop, [&] {
      request += net::Get(peer);
      return request.ends_with("\r\n\r\n");
    });
  }
  std::string Key() {
    const std::size_t at = request.find("Sec-WebSocket-Key: ") + 19;
    return request.substr(at, request.find("\r\n", at) - at);
  }
  /// Answers with a good 101, whose lines may be replaced or added to.
  std::string GoodAnswer(std::string_view more = "") {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: "
           "Upgrade\r\nSec-WebSocket-Accept: " +
           AcceptKey(Key()) + "\r\n" + std::string(more) + "\r\n";
  }
  /// Opens, lets the peer answer and returns the error.
  std::string ErrorAfter(std::string_view answer) {
    request.clear();
    calls = 0;
    Open();
    if (!RunUntilRequest()) return "no request";
    net::Put(peer, answer);
    if (!wampgate::test::RunUntil(loop, [&] { return calls > 0; })) return "no result";
    return std::string(Message(status));
  }

  net::Loop loop;
  ClientOptions options;
  UniqueFd peer;
  std::unique_ptr<net::Mortal> handshake;
  std::string request;
  int calls = 0;
  std::optional<Opened> opened;
  Status status;
};

TEST_F(ClientTest, AsksAsTheRfcSays) {
  options.headers = {{"X-Tag", "7"}};
  Open();
  ASSERT_TRUE(RunUntilRequest());
  EXPECT_EQ(Key().size(), 24u);
  EXPECT_EQ(
      request,
      "GET /ws?x=1 HTTP/1.1\r\nHost: router.example:8080\r\nUser-Agent: wampgate\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nX-Tag: 7\r\nSec-WebSocket-Key: " +
          Key() + "\r\nSec-WebSocket-Protocol: wamp.2.cbor,wamp.2.json\r\nSec-WebSocket-Version: 13\r\n\r\n");
  EXPECT_EQ(calls, 0);
}

TEST_F(ClientTest, OpensAConnectionThatMasksAndReadsWhatCameWithTheAnswer) {
  Open();
  ASSERT_TRUE(RunUntilRequest());
  const std::string answer =
      GoodAnswer("Sec-WebSocket-Protocol: wamp.2.json\r\n") + Wire({.opcode = 1, .payload = "early"});
  for (const char octet : answer) {
    net::Put(peer, {&octet, 1});
    wampgate::test::RunReady(loop);
  }
  ASSERT_TRUE(opened) << status;
  EXPECT_EQ(opened->subprotocol, "wamp.2.json");
  wampgate::test::RecordingReceiver receiver;
  opened->channel->SetReceiver(&receiver);
  ASSERT_TRUE(wampgate::test::RunUntil(loop, [&] { return receiver.messages.size() == 1; }));
  EXPECT_EQ(receiver.messages[0].second, "early");
  EXPECT_TRUE(opened->channel->Send(MessageKind::kText, "Hello"));
  std::string octets;
  std::vector<Frame> frames;
  ASSERT_TRUE(wampgate::test::RunUntil(loop, [&] {
    octets += net::Get(peer);
    frames = TakeFrames(octets);
    return !frames.empty();
  }));
  EXPECT_TRUE(frames[0].masked);
  EXPECT_EQ(frames[0].payload, "Hello");
  EXPECT_EQ(calls, 1);
}

TEST_F(ClientTest, NegotiatesCompression) {
  options.deflate = DeflateOptions{};
  Open();
  ASSERT_TRUE(RunUntilRequest());
  EXPECT_THAT(request,
              HasSubstr("\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"));
  net::Put(peer, GoodAnswer("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10\r\n"));
  ASSERT_TRUE(wampgate::test::RunUntil(loop, [&] { return calls > 0; }));
  ASSERT_TRUE(opened) << status;
  EXPECT_FALSE(opened->channel->can_stream());
}

TEST_F(ClientTest, NamesWhatTheBackendAnswered) {
  EXPECT_EQ(ErrorAfter("HTTP/1.1 403 Forbidden\r\n\r\n"), "the backend answered \"HTTP/1.1 403 Forbidden\"");
  EXPECT_EQ(ErrorAfter("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello"),
            "the backend answered \"HTTP/1.1 200 OK\"");
  EXPECT_EQ(ErrorAfter("\x7f\xf1\r\n\r\n"), "the backend does not speak HTTP/1.1, it answered \"??\"");
  EXPECT_EQ(ErrorAfter("HTTP/1.1 101 X\r\nbroken line\r\n\r\n"),
            "the backend answered with a malformed header line \"broken line\"");
  EXPECT_EQ(ErrorAfter("HTTP/1.1 101 X\r\n\r\n"),
            "the backend's WebSocket answer cannot be accepted: it has no header \"Upgrade: websocket\"");
  EXPECT_EQ(ErrorAfter("HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n"),
            "the backend's WebSocket answer cannot be accepted: it has no header \"Connection: Upgrade\"");
  EXPECT_EQ(
      ErrorAfter(
          "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"),
      "the backend's WebSocket answer cannot be accepted: Sec-WebSocket-Accept does not fit our key");
}

TEST_F(ClientTest, RefusesASubprotocolOrExtensionThatWasNotOffered) {
  const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";
  const auto check = [&](std::string_view more) {
    const auto head = ParseResponseHead(
        "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: " +
        AcceptKey(key) + "\r\n" + std::string(more) + "\r\n");
    EXPECT_TRUE(head.ok());
    return std::string(Message(CheckServerAnswer(*head, options, key).status()));
  };
  EXPECT_EQ(check(""), "");
  EXPECT_EQ(check("Sec-WebSocket-Protocol: wamp.2.cbor\r\n"), "");
  const std::string prefix = "the backend's WebSocket answer cannot be accepted: ";
  EXPECT_EQ(check("Sec-WebSocket-Protocol: mqtt\r\n"), prefix + "subprotocol \"mqtt\" was not offered");
  EXPECT_EQ(check("Sec-WebSocket-Protocol: wamp.2.cbor\r\nSec-WebSocket-Protocol: wamp.2.json\r\n"),
            prefix + "subprotocol \"wamp.2.cbor,wamp.2.json\" was not offered");
  EXPECT_EQ(check("Sec-WebSocket-Extensions: permessage-deflate\r\n"),
            prefix + "extension 'permessage-deflate' was not offered");
}

TEST_F(ClientTest, ReadsNoAnswerLongerThan16KiB) {
  EXPECT_EQ(ErrorAfter("HTTP/1.1 101 X\r\nA: " + std::string(17'000, 'a')),
            "the backend's WebSocket answer is longer than 16 KiB");
}

TEST_F(ClientTest, GivesUpAfterItsTimeout) {
  options.open_handshake_timeout = std::chrono::milliseconds(100);
  EXPECT_EQ(ErrorAfter("HTTP/1.1 101"), "the backend did not complete the WebSocket handshake within 100 ms");
  EXPECT_EQ(status.code(), StatusCode::kDeadlineExceeded);
}

TEST_F(ClientTest, TellsWhenTheBackendEndsInstead) {
  Open();
  ASSERT_TRUE(RunUntilRequest());
  peer.Reset();
  ASSERT_TRUE(wampgate::test::RunUntil(loop, [&] { return calls > 0; }));
  EXPECT_EQ(Message(status), "the backend ended the connection during the WebSocket handshake");
}

TEST_F(ClientTest, IsCancelledByDestroyingIt) {
  Open();
  ASSERT_TRUE(RunUntilRequest());
  handshake.reset();
  ASSERT_TRUE(wampgate::test::RunUntil(loop, [&] {
    char octet;
    return ::recv(peer.get(), &octet, 1, 0) == 0;
  }));
  EXPECT_EQ(calls, 0);
}

/// Both of our own sides, one against the other.
TEST(BothSides, UnderstandEachOtherWithEveryDeflateParameter) {
  const std::optional<DeflateOptions> variants[] = {
      std::nullopt, DeflateOptions{},
      DeflateOptions{.request_no_context_takeover = true, .no_context_takeover = true},
      DeflateOptions{.request_max_window_bits = 9, .max_window_bits = 9, .memory_level = 1},
      DeflateOptions{.request_no_context_takeover = true, .request_max_window_bits = 12, .memory_level = 9}};
  for (const auto& server_deflate : variants) {
    for (const auto& client_deflate : variants) {
      net::Loop loop;
      auto [a, b] = net::MakeSocketPair();
      ServerOptions server;
      server.deflate = server_deflate;
      auto client = std::make_shared<ClientOptions>();
      client->host = "h";
      client->subprotocols = {"p"};
      client->deflate = client_deflate;

      std::optional<Opened> opened;
      Status status;
      const auto handshake =
          OpenWebSocket(std::make_unique<net::Stream>(loop, std::move(a)), client, [&](auto result) {
            if (result.ok()) {
              opened = *std::move(result);
            } else {
              status = result.status();
            }
          });
      std::string text;
      ASSERT_TRUE(
          wampgate::test::RunUntil(loop, [&] { return text += net::Get(b), text.ends_with("\r\n\r\n"); }));
      http::Request request;
      request.method = "GET";
      request.target = "/";
      std::string_view rest = std::string_view(text).substr(text.find("\r\n") + 2);
      while (rest != "\r\n") {
        const std::string_view line = rest.substr(0, rest.find("\r\n"));
        std::string name(line.substr(0, line.find(':')));
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
        request.headers.emplace_back(name, line.substr(line.find(':') + 2));
        rest.remove_prefix(line.size() + 2);
      }
      const std::vector<std::string> protocols{"p"};
      const HandshakeOutcome outcome = AnswerHandshake(request, server, protocols);
      ASSERT_TRUE(outcome.accepted) << outcome.failure;
      auto stream = std::make_unique<net::Stream>(loop, std::move(b));
      stream->Output().Append(outcome.response);
      const auto served =
          MakeConnection(std::move(stream), std::make_shared<ConnectionOptions>(), outcome.deflate);
      ASSERT_TRUE(wampgate::test::RunUntil(loop, [&] { return opened || !status.ok(); }));
      ASSERT_TRUE(opened) << status;

      wampgate::test::RecordingReceiver at_server;
      wampgate::test::RecordingReceiver at_client;
      served->SetReceiver(&at_server);
      opened->channel->SetReceiver(&at_client);
      at_server.on_message = [&](std::string_view payload) {
        EXPECT_TRUE(served->Send(MessageKind::kText, payload, Coalesce::kNo));
      };
      std::string long_text;
      while (long_text.size() < 100'000) long_text += std::to_string(long_text.size());
      for (const std::string& message : {std::string("one"), std::string(), long_text, std::string("one")}) {
        EXPECT_TRUE(opened->channel->Send(MessageKind::kText, message));
      }
      ASSERT_TRUE(wampgate::test::RunUntil(loop, [&] { return at_client.messages.size() == 4; }));
      EXPECT_EQ(at_client.messages[2].second, long_text);
      EXPECT_EQ(at_client.messages, at_server.messages);
      opened->channel->Close(1000, "done");
      ASSERT_TRUE(wampgate::test::RunUntil(loop, [&] { return at_client.ends > 0 && at_server.ends > 0; }));
      EXPECT_EQ(at_client.end->cause, ChannelEnd::Cause::kClosedByUs);
      EXPECT_EQ(at_server.end->cause, ChannelEnd::Cause::kClosedByPeer);
      EXPECT_EQ(at_server.end->reason, "done");
    }
  }
}

}  // namespace
}  // namespace wampgate::websocket::test
