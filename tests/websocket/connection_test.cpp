#include "websocket/connection.hpp"

#include <gmock/gmock.h>
#include <netinet/tcp.h>

#include "websocket/connection_fixture.hpp"

namespace wampgate::websocket::test {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using Cause = ChannelEnd::Cause;

TEST_F(ConnectionTest, DeliversTextAndBinaryMessages) {
  Open();
  PeerSends(Text("Hello") + Binary(std::string("\0\xff", 2)));
  ASSERT_TRUE(RunUntilMessages(2));
  EXPECT_THAT(receiver.messages, ElementsAre(Pair(MessageKind::kText, "Hello"),
                                             Pair(MessageKind::kBinary, std::string("\0\xff", 2))));
}

TEST_F(ConnectionTest, SendsWhatIsSentInOneTurnInOrder) {
  Open();
  EXPECT_TRUE(channel->Send(MessageKind::kText, "one"));
  EXPECT_TRUE(channel->Send(MessageKind::kBinary, "two"));
  ASSERT_TRUE(RunUntilFrames(2));
  EXPECT_THAT(frames,
              ElementsAre(Frame{.opcode = 1, .payload = "one"}, Frame{.opcode = 2, .payload = "two"}));
  EXPECT_FALSE(frames[0].masked);
}

TEST_F(ConnectionTest, DeliversWhatComesOctetByOctet) {
  Open();
  const std::string wire = Text("split") + Binary(std::string(300, 'b'));
  for (const char octet : wire) {
    PeerSends({&octet, 1});
    wampgate::test::RunReady(loop);
  }
  EXPECT_THAT(receiver.messages, ElementsAre(Pair(MessageKind::kText, "split"),
                                             Pair(MessageKind::kBinary, std::string(300, 'b'))));
}

TEST_F(ConnectionTest, DeliversOctetsThatCameWithTheHandshake) {
  auto [mine, theirs] = net::MakeSocketPair();
  peer = std::move(theirs);
  auto stream = std::make_unique<net::Stream>(loop, std::move(mine));
  stream->Unread(Text("early"));
  channel = MakeConnection(std::move(stream), std::make_shared<ConnectionOptions>(options), std::nullopt);
  channel->SetReceiver(&receiver);
  EXPECT_TRUE(receiver.messages.empty());
  ASSERT_TRUE(RunUntilMessages(1));
  EXPECT_EQ(receiver.messages[0].second, "early");
}

TEST_F(ConnectionTest, AnswersAPingAtOnceWithItsPayload) {
  Open();
  PeerSends(ClientWire({.opcode = 9, .payload = "are you there"}) + ClientWire({.opcode = 9}) +
            ClientWire({.opcode = 10, .payload = "unasked"}));
  ASSERT_TRUE(RunUntilFrames(2));
  EXPECT_THAT(frames, ElementsAre(Frame{.opcode = 10, .payload = "are you there"}, Frame{.opcode = 10}));
}

TEST_F(ConnectionTest, AnswersOnlyTheLatestPingOfAPeerThatDoesNotRead) {
  Open();
  ASSERT_TRUE(channel->Send(MessageKind::kBinary, std::string(4 << 20, 'x')));
  for (int i = 0; i < 2000; ++i) {
    PeerSends(ClientWire({.opcode = 9, .payload = std::to_string(i)}));
    if (i % 100 == 0) wampgate::test::RunReady(loop);
  }
  wampgate::test::RunReady(loop);
  EXPECT_LT(channel->pending(), std::size_t{(4 << 20) + 100});
  ASSERT_TRUE(RunUntilFrames(2));
  EXPECT_EQ(frames[1], (Frame{.opcode = 10, .payload = "1999"}));
}

TEST_F(ConnectionTest, JoinsTheMessagesOfOneTurnThatMayShareAFrame) {
  Open();
  for (const char* part : {"a", "b", "c"})
    EXPECT_TRUE(channel->Send(MessageKind::kText, part, Coalesce::kYes));
  ASSERT_TRUE(RunUntilFrames(1));
  EXPECT_TRUE(channel->Send(MessageKind::kText, "d", Coalesce::kYes));
  ASSERT_TRUE(RunUntilFrames(2));
  EXPECT_THAT(frames, ElementsAre(Frame{.payload = "abc"}, Frame{.payload = "d"}));
}

TEST_F(ConnectionTest, RefusesToSendMoreThanTheMessageLimit) {
  options.max_message_size = 100;
  Open();
  EXPECT_EQ(channel->max_send_size(), 100u);
  EXPECT_FALSE(channel->Send(MessageKind::kText, std::string(101, 'x')));
  EXPECT_FALSE(channel->BeginMessage(MessageKind::kText, 101));
  EXPECT_TRUE(channel->Send(MessageKind::kText, "fits"));
  ASSERT_TRUE(RunUntilFrames(1));
  EXPECT_EQ(frames[0].payload, "fits");
}

TEST_F(ConnectionTest, StopsReadingWhilePausedAndGoesOnWhereItStopped) {
  Open();
  receiver.on_message = [&](std::string_view) { channel->PauseReading(); };
  PeerSends(Text("one") + Text("two"));
  ASSERT_TRUE(RunUntilMessages(1));
  PeerSends(Text("three"));
  wampgate::test::RunReady(loop);
  EXPECT_EQ(receiver.messages.size(), 1u);
  channel->ResumeReading();
  EXPECT_EQ(receiver.messages.size(), 1u);  // not from inside the call
  ASSERT_TRUE(RunUntilMessages(2));
  channel->ResumeReading();
  ASSERT_TRUE(RunUntilMessages(3));
  EXPECT_EQ(receiver.messages[2].second, "three");
}

TEST_F(ConnectionTest, TellsWhenABacklogIsGone) {
  Open();
  ASSERT_TRUE(channel->Send(MessageKind::kBinary, std::string(8 << 20, 'x')));
  wampgate::test::RunReady(loop);
  EXPECT_GT(channel->pending(), MessageChannel::kHighWatermark);
  EXPECT_EQ(receiver.drained, 0);
  ASSERT_TRUE(RunUntil([&] { return net::Get(peer), receiver.drained > 0; }));
  EXPECT_LE(channel->pending(), MessageChannel::kLowWatermark);
}

TEST_F(ConnectionTest, CountsOctetsAndMessages) {
  Open();
  PeerSends(Text("abc") + ClientWire({.opcode = 10}));
  ASSERT_TRUE(RunUntilMessages(1));
  EXPECT_TRUE(channel->Send(MessageKind::kText, "abcdef"));
  ASSERT_TRUE(RunUntilFrames(1));
  const auto traffic = channel->traffic();
  EXPECT_EQ(traffic.messages_in, 1u);
  EXPECT_EQ(traffic.messages_out, 1u);
  EXPECT_EQ(traffic.octets_in, 9u + 6u);
  EXPECT_EQ(traffic.octets_out, 8u);
}

TEST_F(ConnectionTest, SpeaksCompressedBothWays) {
  options.require_masked = false;
  Open(DeflateParameters{});
  EXPECT_FALSE(channel->can_stream());
  EXPECT_FALSE(channel->BeginMessage(MessageKind::kText, 3));
  const std::string text(5000, 't');
  EXPECT_TRUE(channel->Send(MessageKind::kText, text));
  ASSERT_TRUE(RunUntilFrames(1));
  EXPECT_EQ(frames[0].rsv, 4);
  EXPECT_LT(frames[0].payload.size(), 100u);
  PeerSends(Wire(frames[0]));  // back to where it came from
  ASSERT_TRUE(RunUntilMessages(1));
  EXPECT_EQ(receiver.messages[0].second, text);
}

TEST_F(ConnectionTest, AsksTheKernelToDelaySmallSegmentsWithoutTcpNodelay) {
  for (const bool nodelay : {true, false}) {
    auto [mine, theirs] = net::MakeSocketPair(net::Transport::kTcp);
    const int on = 1;
    ::setsockopt(mine.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const int fd = mine.get();
    options.tcp_nodelay = nodelay;
    const auto made = MakeConnection(std::make_unique<net::Stream>(loop, std::move(mine)),
                                     std::make_shared<ConnectionOptions>(options), std::nullopt);
    int value = -1;
    socklen_t size = sizeof value;
    ::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &size);
    EXPECT_EQ(value != 0, nodelay);
  }
}

TEST_F(ConnectionTest, DoesNothingWithoutAReceiverAndTellsALateOne) {
  auto [mine, theirs] = net::MakeSocketPair();
  peer = std::move(theirs);
  channel = MakeConnection(std::make_unique<net::Stream>(loop, std::move(mine)),
                           std::make_shared<ConnectionOptions>(options), std::nullopt);
  PeerSends(Text("waits"));
  wampgate::test::RunReady(loop);
  channel->SetReceiver(&receiver);
  ASSERT_TRUE(RunUntilMessages(1));
  channel->SetReceiver(nullptr);
  PeerSends(Text("waits too"));
  wampgate::test::RunReady(loop);
  channel->Abort();
  wampgate::test::RunReady(loop);
  channel->SetReceiver(&receiver);
  ASSERT_TRUE(RunUntilEnd());
  EXPECT_EQ(receiver.end->cause, Cause::kClosedByUs);
  EXPECT_EQ(receiver.messages.size(), 1u);
}

TEST_F(ConnectionTest, MayBeDestroyedAtAnyTime) {
  Open();
  EXPECT_TRUE(channel->Send(MessageKind::kText, "unsent"));
  channel->Abort();
  channel.reset();
  wampgate::test::RunReady(loop);
  EXPECT_EQ(receiver.ends, 0);
}

}  // namespace
}  // namespace wampgate::websocket::test
