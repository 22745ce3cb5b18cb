#include <fmt/format.h>
#include <gmock/gmock.h>

#include "websocket/connection_fixture.hpp"

namespace wampgate::websocket::test {
namespace {

using ::testing::ElementsAre;
using Cause = ChannelEnd::Cause;

class ClosingTest : public ConnectionTest {
 protected:
  ClosingTest() { options.close_handshake_timeout = std::chrono::milliseconds(10'000); }
  [[nodiscard]] bool RunUntilFin() {
    return RunUntil([&] { return ReadFrames(), PeerReceives() == 0; });
  }
  void ExpectEnd(Cause cause, int code, std::string_view reason) {
    ASSERT_TRUE(RunUntilEnd());
    EXPECT_EQ(receiver.end->cause, cause);
    EXPECT_EQ(receiver.end->code, code);
    EXPECT_EQ(receiver.end->reason, reason);
    wampgate::test::RunReady(loop);
    EXPECT_EQ(receiver.ends, 1);
    EXPECT_FALSE(channel->Send(MessageKind::kText, "too late"));
    channel->Close(1000, "");
    channel->Abort();
    wampgate::test::RunReady(loop);
    EXPECT_EQ(receiver.ends, 1);
  }
};

TEST_F(ClosingTest, AnswersACloseWith1000AndEndsAtOnce) {
  Open();
  PeerSends(CloseFrame(3001, "bye"));
  ASSERT_TRUE(RunUntilFin());
  EXPECT_THAT(frames, ElementsAre(Frame{.opcode = 8, .payload = "\x03\xe8"}));
  PeerEnds();
  ExpectEnd(Cause::kClosedByPeer, 3001, "bye");
}

TEST_F(ClosingTest, EchoesCodeAndReasonWhenAskedTo) {
  options.echo_close_codereason = true;
  Open();
  PeerSends(CloseFrame(3001, "bye"));
  ASSERT_TRUE(RunUntilFin());
  EXPECT_THAT(frames, ElementsAre(Frame{.opcode = 8,
                                        .payload = "\x0b\xb9"
                                                   "bye"}));
}

TEST_F(ClosingTest, EchoesAnEmptyCloseAsOne) {
  options.echo_close_codereason = true;
  Open();
  PeerSends(ClientWire({.opcode = 8}));
  ASSERT_TRUE(RunUntilFin());
  EXPECT_THAT(frames, ElementsAre(Frame{.opcode = 8}));
  PeerEnds();
  ExpectEnd(Cause::kClosedByPeer, 0, "");
}

TEST_F(ClosingTest, SendsWhatWasSentBeforeItsAnswer) {
  Open();
  receiver.on_message = [&](std::string_view) { channel->Send(MessageKind::kText, "answer"); };
  PeerSends(Text("question") + CloseFrame(1000));
  ASSERT_TRUE(RunUntilFin());
  EXPECT_THAT(frames, ElementsAre(Frame{.payload = "answer"}, Frame{.opcode = 8, .payload = "\x03\xe8"}));
}

TEST_F(ClosingTest, IgnoresWhatComesBehindAClose) {
  Open();
  PeerSends(CloseFrame(1000) + Text("late") + "garbage");
  ASSERT_TRUE(RunUntilFin());
  PeerSends("more garbage");
  PeerEnds();
  ExpectEnd(Cause::kClosedByPeer, 1000, "");
  EXPECT_TRUE(receiver.messages.empty());
}

TEST_F(ClosingTest, DropsAPeerThatDoesNotEndAfterItsClose) {
  Open();
  PeerSends(CloseFrame(1000));
  ASSERT_TRUE(RunUntilFin());
  ExpectEnd(Cause::kClosedByPeer, 1000, "");  // after a second of lingering
}

TEST_F(ClosingTest, ClosesOrderlyAndDiscardsDataMeanwhile) {
  Open();
  EXPECT_TRUE(channel->Send(MessageKind::kText, "last words"));
  channel->Close(1001, "going away");
  channel->Close(1002, "again");
  EXPECT_FALSE(channel->Send(MessageKind::kText, "too late"));
  EXPECT_FALSE(channel->BeginMessage(MessageKind::kText, 8));
  ASSERT_TRUE(RunUntilFrames(2));
  EXPECT_THAT(frames, ElementsAre(Frame{.payload = "last words"},
                                  Frame{.opcode = 8, .payload = "\x03\xe9going away"}));
  PeerSends(Text("unseen") + ClientWire({.opcode = 9}) + CloseFrame(1001));
  ASSERT_TRUE(RunUntilFin());
  EXPECT_EQ(frames.size(), 2u);
  PeerEnds();
  ExpectEnd(Cause::kClosedByUs, 1001, "going away");
  EXPECT_TRUE(receiver.messages.empty());
}

TEST_F(ClosingTest, ReadsThePeersAnswerAlsoWhenTheOwnerHasPaused) {
  Open();
  channel->PauseReading();
  channel->Close(1000, "");
  channel->PauseReading();
  PeerSends(CloseFrame(1000));
  ASSERT_TRUE(RunUntilFin());
  PeerEnds();
  ExpectEnd(Cause::kClosedByUs, 1000, "");
}

TEST_F(ClosingTest, TimesOutWhenThePeerNeverAnswers) {
  options.close_handshake_timeout = std::chrono::milliseconds(100);
  Open({}, net::Transport::kTcp);
  channel->Close(1000, "bye");
  ExpectEnd(Cause::kTimeout, 1000, "the peer did not answer Close within 100 ms");
  EXPECT_TRUE(PeerWasReset());
}

TEST_F(ClosingTest, WaitsForEverWithoutATimeout) {
  options.close_handshake_timeout = {};
  Open();
  channel->Close(1000, "bye");
  EXPECT_FALSE(RunUntil([&] { return receiver.ends > 0; }, std::chrono::milliseconds(300)));
}

TEST_F(ClosingTest, SendsABacklogBeforeItsClose) {
  options.close_handshake_timeout = std::chrono::milliseconds(1000);
  Open();
  const std::string large(6 << 20, 'x');
  EXPECT_TRUE(channel->Send(MessageKind::kBinary, large));
  channel->Close(1000, "bye");
  ASSERT_TRUE(RunUntil([&] {
    char block[100'000];
    const ssize_t got = ::recv(peer.get(), block, sizeof block, 0);
    if (got > 0) octets_from_us.append(block, static_cast<std::size_t>(got));
    return octets_from_us.size() >= large.size() + 10 + 7;
  }));
  frames = TakeFrames(octets_from_us);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].payload.size(), large.size());
  EXPECT_EQ(frames[1], (Frame{.opcode = 8,
                              .payload = "\x03\xe8"
                                         "bye"}));
}

TEST_F(ClosingTest, CountsItsDeadlineFromTheLastProgressOfABacklog) {
  options.close_handshake_timeout = std::chrono::milliseconds(500);
  Open();
  EXPECT_TRUE(channel->Send(MessageKind::kBinary, std::string(4 << 20, 'x')));
  channel->Close(1000, "bye");
  const auto begin = std::chrono::steady_clock::now();
  auto last = begin;
  ASSERT_TRUE(RunUntil([&] {  // 200 KB every 50 ms: longer than the deadline in all
    const auto now = std::chrono::steady_clock::now();
    if (now - last < std::chrono::milliseconds(50)) return false;
    last = now;
    char block[200'000];
    const ssize_t got = ::recv(peer.get(), block, sizeof block, 0);
    if (got > 0) octets_from_us.append(block, static_cast<std::size_t>(got));
    return receiver.ends > 0 || octets_from_us.size() >= (4 << 20) + 10 + 7;
  }));
  EXPECT_GT(std::chrono::steady_clock::now() - begin, options.close_handshake_timeout);
  EXPECT_EQ(TakeFrames(octets_from_us).size(), 2u);
}

TEST_F(ClosingTest, DropsABacklogThatIsNotTaken) {
  options.close_handshake_timeout = std::chrono::milliseconds(100);
  Open();
  EXPECT_TRUE(channel->Send(MessageKind::kBinary, std::string(8 << 20, 'x')));
  wampgate::test::RunReady(loop);
  channel->Close(1000, "bye");
  ExpectEnd(Cause::kTimeout, 1000,
            fmt::format("the peer did not answer Close within 100 ms; the last {} octets to it are lost",
                        channel->pending()));
}

TEST_F(ClosingTest, AbortResetsTheConnectionAndTellsAtTheEndOfTheTurn) {
  Open({}, net::Transport::kTcp);
  int ends_inside = -1;
  receiver.on_message = [&](std::string_view) {
    channel->Abort();
    ends_inside = receiver.ends;
  };
  PeerSends(Text("one") + Text("two"));
  ExpectEnd(Cause::kClosedByUs, 0, "");
  EXPECT_EQ(ends_inside, 0);
  EXPECT_EQ(receiver.messages.size(), 1u);
  EXPECT_TRUE(PeerWasReset());
}

TEST_F(ClosingTest, ClosesFromInsideAMessage) {
  Open();
  receiver.on_message = [&](std::string_view) { channel->Close(1000, "enough"); };
  PeerSends(Text("one") + Text("two") + CloseFrame(1000));
  ASSERT_TRUE(RunUntilFin());
  PeerEnds();
  ExpectEnd(Cause::kClosedByUs, 1000, "enough");
  EXPECT_EQ(receiver.messages.size(), 1u);
}

TEST_F(ClosingTest, IsLostWhenThePeerEndsWithoutAClose) {
  Open();
  ::shutdown(peer.get(), SHUT_WR);
  ExpectEnd(Cause::kLost, 0, "the peer ended the connection without a Close frame");
}

TEST_F(ClosingTest, IsLostWhenThePeerResets) {
  Open({}, net::Transport::kTcp);
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(peer.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  PeerEnds();
  ASSERT_TRUE(RunUntilEnd());
  EXPECT_EQ(receiver.end->cause, Cause::kLost);
  EXPECT_THAT(receiver.end->reason, ::testing::HasSubstr("reset"));
}

TEST_F(ClosingTest, FailsAViolationWithACloseThatNamesIt) {
  Open();
  PeerSends(Text("fine") + Text("\xff") + Text("unseen"));
  ASSERT_TRUE(RunUntilFrames(1));
  const std::string reason =
      "encountered invalid UTF-8 while processing text message at payload octet index 0";
  EXPECT_EQ(frames[0], (Frame{.opcode = 8, .payload = "\x03\xef" + reason}));
  EXPECT_EQ(receiver.ends, 0);
  PeerSends(CloseFrame(1007));
  ASSERT_TRUE(RunUntilFin());
  PeerEnds();
  ExpectEnd(Cause::kViolation, 1007, reason);
  EXPECT_EQ(receiver.messages.size(), 1u);
}

TEST_F(ClosingTest, ReportsAViolationAlsoWhenThePeerDoesNotAnswerIt) {
  options.close_handshake_timeout = std::chrono::milliseconds(100);
  Open();
  PeerSends(Wire({.opcode = 1, .payload = "x"}));
  ExpectEnd(Cause::kViolation, 1002, "unmasked client-to-server frame");
}

TEST_F(ClosingTest, DropsAPeerThatBreaksTheProtocolASecondTime) {
  Open({}, net::Transport::kTcp);
  PeerSends(Text("\xff") + ClientWire({.opcode = 11}));
  ExpectEnd(Cause::kViolation, 1007,
            "encountered invalid UTF-8 while processing text message at payload octet index 0");
}

TEST_F(ClosingTest, DropsAtTheFirstViolationWhenAskedTo) {
  options.fail_by_drop = true;
  Open({}, net::Transport::kTcp);
  PeerSends(ClientWire({.opcode = 11}));
  ExpectEnd(Cause::kViolation, 1002, "control frame using reserved opcode 11");
  EXPECT_TRUE(PeerWasReset());
}

TEST_F(ClosingTest, CutsTheReasonOfItsCloseTo123Octets) {
  Open();
  channel->Close(1000, std::string(200, 'r'));
  ASSERT_TRUE(RunUntilFrames(1));
  EXPECT_EQ(frames[0].payload, "\x03\xe8" + std::string(123, 'r'));
}

TEST_F(ClosingTest, DropsTheConnectionWhenAMessageWasOnlyBegun) {
  Open({}, net::Transport::kTcp);
  EXPECT_TRUE(channel->BeginMessage(MessageKind::kText, 10));
  channel->SendPart("half");
  channel->Close(1000, "source lost");
  ExpectEnd(Cause::kClosedByUs, 1000, "source lost");
  channel->SendPart("other");
}

TEST_F(ClosingTest, TheOwnerMayDestroyTheChannelWhenItHasEnded) {
  Open();
  struct Corpse : net::Mortal {
    std::unique_ptr<MessageChannel> channel;
  };
  receiver.on_end = [&] {
    auto corpse = std::make_unique<Corpse>();
    corpse->channel = std::move(channel);
    loop.DeleteLater(std::move(corpse));
  };
  PeerEnds();
  ASSERT_TRUE(RunUntilEnd());
  wampgate::test::RunReady(loop);
  EXPECT_EQ(channel, nullptr);
}

}  // namespace
}  // namespace wampgate::websocket::test
