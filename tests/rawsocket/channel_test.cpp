#include "rawsocket/channel.hpp"

#include <gmock/gmock.h>

#include "net/loop.hpp"
#include "net/socket_pair.hpp"
#include "support/recording_receiver.hpp"
#include "support/run_until.hpp"

namespace wampgate::rawsocket {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using Cause = ChannelEnd::Cause;
using std::chrono::milliseconds;
using wampgate::test::RunReady;

std::string Frame(int type, std::string_view payload) {
  std::string wire{static_cast<char>(type), static_cast<char>(payload.size() >> 16),
                   static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size())};
  return wire + std::string(payload);
}

class ChannelTest : public ::testing::Test {
 protected:
  ChannelTest() {
    options.max_receive_size = 1 << 20;
    options.max_send_size = 1 << 20;
  }
  void Open(net::Transport transport = net::Transport::kUnix) {
    auto [mine, theirs] = net::MakeSocketPair(transport);
    peer = std::move(theirs);
    channel = std::make_unique<Channel>(std::make_unique<net::Stream>(loop, std::move(mine)), options);
    channel->SetReceiver(&receiver);
  }
  [[nodiscard]] bool RunUntil(const std::function<bool()>& condition,
                              milliseconds limit = milliseconds(10'000)) {
    return wampgate::test::RunUntil(loop, condition, limit);
  }
  [[nodiscard]] bool RunUntilReceived(std::string_view expected) {
    return RunUntil(
               [&, expected] { return received += net::Get(peer), received.size() >= expected.size(); }) &&
           received == expected;
  }
  [[nodiscard]] bool RunUntilEnd() {
    return RunUntil([&] { return receiver.ends > 0; });
  }

  net::Loop loop;
  ChannelOptions options;
  UniqueFd peer;
  wampgate::test::RecordingReceiver receiver;
  std::unique_ptr<MessageChannel> channel;
  std::string received;
};

TEST_F(ChannelTest, CarriesMessagesBothWays) {
  Open();
  net::Put(peer, Frame(0, "one") + Frame(0, "two"));
  ASSERT_TRUE(RunUntil([&] { return receiver.messages.size() == 2; }));
  EXPECT_THAT(receiver.messages,
              ElementsAre(Pair(MessageKind::kBinary, "one"), Pair(MessageKind::kBinary, "two")));
  EXPECT_TRUE(channel->Send(MessageKind::kText, "three", Coalesce::kYes));
  EXPECT_TRUE(channel->Send(MessageKind::kText, "four", Coalesce::kYes));
  EXPECT_TRUE(RunUntilReceived(Frame(0, "three") + Frame(0, "four")));
  EXPECT_EQ(channel->traffic().messages_in, 2u);
  EXPECT_EQ(channel->traffic().messages_out, 2u);
}

TEST_F(ChannelTest, SendsNothingLongerThanThePeerTakesAndNothingEmpty) {
  options.max_send_size = 512;
  Open();
  EXPECT_EQ(channel->max_send_size(), 512u);
  EXPECT_FALSE(channel->Send(MessageKind::kBinary, std::string(513, 'x')));
  EXPECT_FALSE(channel->BeginMessage(MessageKind::kBinary, 513));
  EXPECT_FALSE(channel->Send(MessageKind::kBinary, ""));
  EXPECT_TRUE(channel->Send(MessageKind::kBinary, std::string(512, 'x')));
  EXPECT_TRUE(RunUntilReceived(Frame(0, std::string(512, 'x'))));
}

TEST_F(ChannelTest, DropsAPeerThatSendsTooMuchOrNonsense) {
  for (const std::string& wire :
       {Frame(0, std::string((1 << 20) + 1, 'x')).substr(0, 4), Frame(0x13, "x"), Frame(0, "")}) {
    receiver.ends = 0;
    Open(net::Transport::kTcp);
    net::Put(peer, wire);
    ASSERT_TRUE(RunUntilEnd());
    EXPECT_EQ(receiver.end->cause, Cause::kViolation);
    EXPECT_NE(receiver.end->reason, "");
    char octet;
    EXPECT_EQ(::recv(peer.get(), &octet, 1, 0), -1);
    EXPECT_EQ(errno, ECONNRESET);
  }
}

TEST_F(ChannelTest, AnswersPingsWithTheirPayload) {
  Open();
  net::Put(peer, Frame(1, "hello") + Frame(1, "") + Frame(2, "unasked"));
  EXPECT_TRUE(RunUntilReceived(Frame(2, "hello") + Frame(2, "")));
  EXPECT_TRUE(receiver.messages.empty());
}

TEST_F(ChannelTest, AnswersOnlyTheLatestPingOfAPeerThatDoesNotRead) {
  Open();
  const std::string large(1 << 20, 'x');
  EXPECT_TRUE(channel->Send(MessageKind::kBinary, large));
  RunReady(loop);
  for (int i = 0; i < 1000; ++i) {
    net::Put(peer, Frame(1, std::to_string(i)));
    if (i % 100 == 0) RunReady(loop);
  }
  RunReady(loop);
  EXPECT_TRUE(RunUntilReceived(Frame(0, large) + Frame(2, "999")));
}

TEST_F(ChannelTest, PingsAndDropsAPeerThatDoesNotAnswer) {
  options.ping_interval = milliseconds(100);
  options.ping_timeout = milliseconds(600);
  Open();
  ASSERT_TRUE(RunUntil([&] { return received += net::Get(peer), received.size() >= 16; }));
  EXPECT_EQ(received.substr(0, 4), std::string("\1\0\0\x0c", 4));
  net::Put(peer, Frame(2, received.substr(4)));
  received.clear();
  ASSERT_TRUE(RunUntil([&] { return received += net::Get(peer), received.size() >= 16; }));
  EXPECT_EQ(receiver.ends, 0);
  ASSERT_TRUE(RunUntilEnd());
  EXPECT_EQ(receiver.end->cause, Cause::kTimeout);
}

TEST_F(ChannelTest, TakesLargeMessagesInPartsAndSendsThemOn) {
  receiver.take_large = true;
  Open();
  auto [mine, theirs] = net::MakeSocketPair();
  Channel out(std::make_unique<net::Stream>(loop, std::move(mine)), options);
  wampgate::test::RecordingReceiver unused;
  out.SetReceiver(&unused);
  std::size_t forwarded = 0;
  receiver.on_part = [&] {
    if (forwarded == 0) EXPECT_TRUE(out.BeginMessage(MessageKind::kBinary, receiver.large_total));
    out.SendPart(std::string_view(receiver.large).substr(forwarded));
    forwarded = receiver.large.size();
  };
  const std::string wire = Frame(0, std::string(1'000'000, 'z'));
  std::string_view rest = wire;
  std::string arrived;
  ASSERT_TRUE(RunUntil([&] {
    const ssize_t taken = ::send(peer.get(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (taken > 0) rest.remove_prefix(static_cast<std::size_t>(taken));
    arrived += net::Get(theirs);
    return arrived.size() >= wire.size();
  }));
  EXPECT_TRUE(arrived == wire);
  EXPECT_GT(receiver.parts, 2);
}

TEST_F(ChannelTest, HoldsPongsWhileAMessageIsSentInParts) {
  Open();
  EXPECT_TRUE(channel->BeginMessage(MessageKind::kBinary, 6));
  channel->SendPart("abc");
  net::Put(peer, Frame(1, "ping"));
  RunReady(loop);
  channel->SendPart("def");
  EXPECT_TRUE(RunUntilReceived(Frame(0, "abcdef") + Frame(2, "ping")));
}

TEST_F(ChannelTest, PausesBetweenMessages) {
  Open();
  receiver.on_message = [&](std::string_view) { channel->PauseReading(); };
  net::Put(peer, Frame(0, "a") + Frame(0, "b"));
  ASSERT_TRUE(RunUntil([&] { return receiver.messages.size() == 1; }));
  RunReady(loop);
  EXPECT_EQ(receiver.messages.size(), 1u);
  channel->ResumeReading();
  ASSERT_TRUE(RunUntil([&] { return receiver.messages.size() == 2; }));
}

TEST_F(ChannelTest, ClosesByEndingTheStreamAfterWhatWasSent) {
  Open();
  EXPECT_TRUE(channel->Send(MessageKind::kBinary, "last"));
  channel->Close(1000, "bye");
  channel->Close(1000, "again");
  EXPECT_FALSE(channel->Send(MessageKind::kBinary, "late"));
  EXPECT_TRUE(RunUntilReceived(Frame(0, "last")));
  net::Put(peer, Frame(0, "unseen"));
  char octet;
  ASSERT_TRUE(RunUntil([&] { return ::recv(peer.get(), &octet, 1, 0) == 0; }));
  EXPECT_EQ(receiver.ends, 0);
  peer.Reset();
  ASSERT_TRUE(RunUntilEnd());
  EXPECT_EQ(receiver.end->cause, Cause::kClosedByUs);
  EXPECT_EQ(receiver.end->reason, "bye");
  EXPECT_TRUE(receiver.messages.empty());
}

TEST_F(ChannelTest, WaitsOnlyASecondForThePeersEnd) {
  Open();
  channel->Close(1000, "bye");
  ASSERT_TRUE(RunUntilEnd());
  EXPECT_EQ(receiver.end->cause, Cause::kClosedByUs);
}

TEST_F(ChannelTest, TellsAnOrderlyEndFromOneInsideAFrame) {
  Open();
  net::Put(peer, Frame(0, "whole"));
  peer.Reset();
  ASSERT_TRUE(RunUntilEnd());
  EXPECT_EQ(receiver.end->cause, Cause::kClosedByPeer);
  EXPECT_EQ(receiver.messages.size(), 1u);
  for (const std::size_t part : {std::size_t{2}, std::size_t{1000}, std::size_t{40'000}}) {
    receiver.ends = 0;
    Open();
    net::Put(peer, Frame(0, std::string(50'000, 'x')).substr(0, part));
    peer.Reset();
    ASSERT_TRUE(RunUntilEnd());
    EXPECT_EQ(receiver.end->cause, Cause::kLost) << part;
    EXPECT_EQ(receiver.end->reason, "the peer ended the connection inside a frame");
  }
}

TEST_F(ChannelTest, SendsItsBacklogToAPeerThatHasOnlyEndedItsOwnSide) {
  Open();
  const std::string large(1 << 20, 'x');
  EXPECT_TRUE(channel->Send(MessageKind::kBinary, large));
  RunReady(loop);
  ::shutdown(peer.get(), SHUT_WR);
  RunReady(loop);
  EXPECT_TRUE(RunUntilReceived(Frame(0, large)));
  ASSERT_TRUE(RunUntilEnd());
  EXPECT_EQ(receiver.end->cause, Cause::kClosedByPeer);
}

TEST_F(ChannelTest, AbortsFromInsideAMessage) {
  Open(net::Transport::kTcp);
  receiver.on_message = [&](std::string_view) { channel->Abort(); };
  net::Put(peer, Frame(0, "a") + Frame(0, "b"));
  ASSERT_TRUE(RunUntilEnd());
  EXPECT_EQ(receiver.end->cause, Cause::kClosedByUs);
  EXPECT_EQ(receiver.messages.size(), 1u);
  char octet;
  EXPECT_EQ(::recv(peer.get(), &octet, 1, 0), -1);
}

}  // namespace
}  // namespace wampgate::rawsocket
