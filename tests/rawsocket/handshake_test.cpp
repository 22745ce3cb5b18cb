#include "rawsocket/handshake.hpp"

#include <gmock/gmock.h>

#include "net/loop.hpp"
#include "net/socket_pair.hpp"
#include "support/recording_receiver.hpp"
#include "support/run_until.hpp"

namespace wampgate::rawsocket {
namespace {

using wamp::Serializer;
using wampgate::test::RunReady;
using wampgate::test::RunUntil;

std::string Octets(const std::vector<int>& values) {
  std::string octets;
  for (const int value : values) octets += static_cast<char>(value);
  return octets;
}

class HandshakeTest : public ::testing::Test {
 protected:
  std::unique_ptr<net::Stream> MakeStream() {
    auto [mine, theirs] = net::MakeSocketPair();
    peer = std::move(theirs);
    calls = 0;
    opened.reset();
    return std::make_unique<net::Stream>(loop, std::move(mine));
  }
  OnOpened Store() {
    return [this](StatusOr<Opened> result) {
      ++calls;
      if (result.ok()) {
        opened = *std::move(result);
      } else {
        status = result.status();
      }
      handshake.reset();  // as an owner may
    };
  }
  void Accept() { handshake = AcceptRawSocket(MakeStream(), server, Store()); }
  void Connect() { handshake = OpenRawSocket(MakeStream(), client, Store()); }
  [[nodiscard]] bool RunUntilDone() {
    return RunUntil(loop, [&] { return calls > 0; });
  }
  std::string Answer(std::size_t size = 4) {
    std::string answer;
    EXPECT_TRUE(RunUntil(loop, [&] { return answer += net::Get(peer), answer.size() >= size; }));
    return answer;
  }

  net::Loop loop;
  ServerOptions server;
  ClientOptions client;
  UniqueFd peer;
  std::unique_ptr<net::Mortal> handshake;
  int calls = 0;
  std::optional<Opened> opened;
  Status status;
};

TEST_F(HandshakeTest, ServerAnswersWithItsLengthAndTheSerializer) {
  server.max_message_size = 1'000'000;
  Accept();
  net::Put(peer, Octets({0x7f, 0x53, 0, 0}));
  EXPECT_EQ(Answer(), Octets({0x7f, 0xb3, 0, 0}));
  ASSERT_TRUE(opened) << status;
  EXPECT_EQ(opened->serializer, Serializer::kCbor);
  EXPECT_EQ(opened->channel->max_send_size(), 16384u);
  EXPECT_TRUE(opened->channel->can_stream());
}

TEST_F(HandshakeTest, ServerTakesTheFourOctetsOneByOneAndWhatComesBehindThem) {
  Accept();
  for (const char octet : Octets({0x7f, 0xf1, 0, 0, 0, 0, 0, 3, '[', '1', ']'})) {
    net::Put(peer, {&octet, 1});
    RunReady(loop);
  }
  ASSERT_TRUE(opened) << status;
  wampgate::test::RecordingReceiver receiver;
  opened->channel->SetReceiver(&receiver);
  ASSERT_TRUE(RunUntil(loop, [&] { return !receiver.messages.empty(); }));
  EXPECT_EQ(receiver.messages[0].second, "[1]");
}

struct Refusal {
  std::vector<int> sent;
  std::vector<int> answer;
  const char* reason;
};

TEST_F(HandshakeTest, ServerRefusesWithTheErrorOfTheWampText) {
  server.serializers = {Serializer::kJson};
  const Refusal refusals[] = {
      {{0x7f, 0xf3, 0, 0}, {0x7f, 0x10, 0, 0}, "serializer 3 is not enabled here"},
      {{0x7f, 0xf0, 0, 0}, {0x7f, 0x10, 0, 0}, "serializer 0 is not enabled here"},
      {{0x7f, 0xff, 0, 0}, {0x7f, 0x10, 0, 0}, "serializer 15 is not enabled here"},
      {{0x7f, 0xf1, 1, 0}, {0x7f, 0x30, 0, 0}, "it used reserved bits"},
      {{0x7f, 0xf1, 0, 1}, {0x7f, 0x30, 0, 0}, "it used reserved bits"},
  };
  for (const auto& [sent, answer, reason] : refusals) {
    Accept();
    net::Put(peer, Octets(sent) + "and more");
    EXPECT_EQ(Answer(), Octets(answer));
    char octet;
    ASSERT_TRUE(RunUntil(loop, [&] { return ::recv(peer.get(), &octet, 1, 0) == 0; }));
    peer.Reset();
    ASSERT_TRUE(RunUntilDone());
    EXPECT_EQ(Message(status), std::string("the client's RawSocket handshake was refused: ") + reason);
  }
}

TEST_F(HandshakeTest, ServerDoesNotWaitLongForARefusedClientToLeave) {
  server.serializers = {Serializer::kJson};
  Accept();
  net::Put(peer, Octets({0x7f, 0xf3, 0, 0}));
  ASSERT_TRUE(RunUntilDone());
  EXPECT_EQ(Message(status),
            "the client's RawSocket handshake was refused: serializer 3 is not enabled here");
}

TEST_F(HandshakeTest, ServerClosesAtAnotherFirstOctetWithoutAnswer) {
  Accept();
  net::Put(peer, "G");
  ASSERT_TRUE(RunUntilDone());
  EXPECT_EQ(Message(status), "the client does not speak RawSocket: first octet 0x47");
  RunReady(loop);
  char octet;
  EXPECT_EQ(::recv(peer.get(), &octet, 1, 0), 0);
}

TEST_F(HandshakeTest, ServerGivesUpAfterItsTimeout) {
  server.handshake_timeout = std::chrono::milliseconds(100);
  Accept();
  net::Put(peer, "\x7f");
  ASSERT_TRUE(RunUntilDone());
  EXPECT_EQ(Message(status), "the client did not complete the RawSocket handshake within 100 ms");
}

TEST_F(HandshakeTest, ServerTellsWhenTheClientLeavesOrTheOwnerCancels) {
  Accept();
  peer.Reset();
  ASSERT_TRUE(RunUntilDone());
  EXPECT_EQ(Message(status), "the client ended the connection during the RawSocket handshake");
  Accept();
  handshake.reset();
  RunReady(loop);
  EXPECT_EQ(calls, 0);
  char octet;
  EXPECT_EQ(::recv(peer.get(), &octet, 1, 0), 0);
}

TEST_F(HandshakeTest, ClientSendsItsOctetsAndTakesTheLimitOfTheServer) {
  client.serializer = Serializer::kMsgpack;
  client.max_message_size = 1 << 20;
  Connect();
  EXPECT_EQ(Answer(), Octets({0x7f, 0xb2, 0, 0}));
  net::Put(peer, Octets({0x7f, 0x02, 0, 0}));
  ASSERT_TRUE(RunUntilDone());
  ASSERT_TRUE(opened) << status;
  EXPECT_EQ(opened->channel->max_send_size(), 512u);
  EXPECT_EQ(opened->serializer, Serializer::kMsgpack);
}

TEST_F(HandshakeTest, ClientSaysWhatTheServerAnswered) {
  const std::pair<std::vector<int>, const char*> cases[] = {
      {{0x7f, 0x10, 0, 0}, "the backend refused the RawSocket handshake: the serializer is not supported"},
      {{0x7f, 0x20, 0, 0},
       "the backend refused the RawSocket handshake: the maximum message length is not acceptable"},
      {{0x7f, 0x30, 0, 0}, "the backend refused the RawSocket handshake: reserved bits were used"},
      {{0x7f, 0x40, 0, 0},
       "the backend refused the RawSocket handshake: the maximum number of connections is reached"},
      {{0x7f, 0x50, 0, 0}, "the backend refused the RawSocket handshake: error 5"},
      {{0x7f, 0xf1, 0, 0}, "the backend answered with RawSocket serializer 1, we asked for 3 (cbor)"},
      {{0x7f, 0xf3, 0, 9}, "the backend used reserved bits in its RawSocket handshake"},
      {{'H', 'T', 'T', 'P'}, "the backend does not speak RawSocket: it answered 0x48"},
      {{'H'}, "the backend does not speak RawSocket: it answered 0x48"},
  };
  for (const auto& [answer, message] : cases) {
    Connect();
    net::Put(peer, Octets(answer));
    ASSERT_TRUE(RunUntilDone());
    EXPECT_EQ(Message(status), message);
    EXPECT_EQ(calls, 1);
  }
}

TEST_F(HandshakeTest, ClientGivesUpAfterItsTimeoutAndWhenTheServerLeaves) {
  client.handshake_timeout = std::chrono::milliseconds(100);
  Connect();
  ASSERT_TRUE(RunUntilDone());
  EXPECT_EQ(Message(status), "the backend did not complete the RawSocket handshake within 100 ms");
  Connect();
  Answer();
  peer.Reset();
  ASSERT_TRUE(RunUntilDone());
  EXPECT_EQ(Message(status), "the backend ended the connection during the RawSocket handshake");
  Connect();
  RunReady(loop);
  peer.Reset();  // with our octets unread: a reset, as from routers that abort
  ASSERT_TRUE(RunUntilDone());
  EXPECT_EQ(
      Message(status),
      "the connection to the backend broke during the RawSocket handshake: read: connection reset by peer");
}

}  // namespace
}  // namespace wampgate::rawsocket
