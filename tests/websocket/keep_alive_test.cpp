#include <gmock/gmock.h>

#include "websocket/connection_fixture.hpp"

namespace wampgate::websocket::test {
namespace {

using Cause = ChannelEnd::Cause;
using std::chrono::milliseconds;

class KeepAliveTest : public ConnectionTest {
 protected:
  void Ping(milliseconds interval, milliseconds timeout) {
    options.ping.interval = interval;
    options.ping.timeout = timeout;
  }
  [[nodiscard]] bool Quiet(milliseconds time) {
    const std::size_t before = frames.size();
    return !RunUntil([&, before] { return ReadFrames(), frames.size() > before || receiver.ends > 0; }, time);
  }
};

TEST_F(KeepAliveTest, PingsAfterTheIntervalWithTimeAndNumber) {
  Ping(milliseconds(150), milliseconds(0));
  options.ping.size = 20;
  const auto begin = std::chrono::steady_clock::now();
  Open();
  ASSERT_TRUE(RunUntilFrames(1));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(150));
  EXPECT_EQ(frames[0].opcode, 9);
  ASSERT_EQ(frames[0].payload.size(), 20u);
  EXPECT_EQ(frames[0].payload.substr(8, 4), std::string("\0\0\0\1", 4));
  std::uint64_t nanoseconds = 0;
  for (int i = 0; i < 8; ++i)
    nanoseconds =
        nanoseconds << 8 | static_cast<unsigned char>(frames[0].payload[static_cast<std::size_t>(i)]);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  EXPECT_NEAR(static_cast<double>(nanoseconds), static_cast<double>(std::chrono::nanoseconds(now).count()),
              10e9);
  EXPECT_TRUE(Quiet(milliseconds(400)));  // no echo, no deadline for one: no further ping
  PeerSends(ClientWire({.opcode = 10, .payload = frames[0].payload}));
  ASSERT_TRUE(RunUntilFrames(2));
  EXPECT_EQ(frames[1].payload.substr(8, 4), std::string("\0\0\0\2", 4));
}

TEST_F(KeepAliveTest, DropsAPeerThatDoesNotAnswer) {
  Ping(milliseconds(100), milliseconds(150));
  Open({}, net::Transport::kTcp);
  ASSERT_TRUE(RunUntilEnd());
  EXPECT_EQ(receiver.end->cause, Cause::kTimeout);
  EXPECT_EQ(receiver.end->reason, "the peer did not answer a ping in time");
  EXPECT_TRUE(PeerWasReset());
}

TEST_F(KeepAliveTest, IgnoresPongsThatEchoSomethingElse) {
  Ping(milliseconds(100), milliseconds(200));
  Open();
  ASSERT_TRUE(RunUntilFrames(1));
  PeerSends(ClientWire({.opcode = 10, .payload = "not yours"}));
  ASSERT_TRUE(RunUntilEnd());
  EXPECT_EQ(receiver.end->cause, Cause::kTimeout);
}

TEST_F(KeepAliveTest, TakesDataForAnAnswerUnlessToldNotTo) {
  Ping(milliseconds(100), milliseconds(600));
  Open();
  ASSERT_TRUE(RunUntilFrames(1));
  PeerSends(Text("alive"));
  ASSERT_TRUE(RunUntilFrames(2));  // a new ping instead of the end
  EXPECT_EQ(frames[1].payload.substr(8, 4), std::string("\0\0\0\2", 4));
  EXPECT_EQ(receiver.ends, 0);

  options.ping.restart_on_any_traffic = false;
  frames.clear();
  Open();
  ASSERT_TRUE(RunUntilFrames(1));
  PeerSends(Text("alive"));
  ASSERT_TRUE(RunUntilEnd());
  EXPECT_EQ(frames.size(), 1u);
}

TEST_F(KeepAliveTest, StandsStillWhileThePeerIsNotReadAndStartsAnewAfterwards) {
  Ping(milliseconds(100), milliseconds(400));
  Open();
  ASSERT_TRUE(RunUntilFrames(1));
  channel->PauseReading();
  PeerSends(ClientWire({.opcode = 10, .payload = frames[0].payload}));
  EXPECT_TRUE(Quiet(milliseconds(700)));
  channel->ResumeReading();
  ASSERT_TRUE(RunUntilFrames(2));  // the echo was there in time
  EXPECT_EQ(receiver.ends, 0);
  channel->PauseReading();
  EXPECT_TRUE(Quiet(milliseconds(600)));
  channel->ResumeReading();
  ASSERT_TRUE(RunUntilEnd());  // no echo this time, and the deadline runs again
}

TEST_F(KeepAliveTest, DoesNotTakeASlowReaderForADeadOne) {
  Ping(milliseconds(100), milliseconds(600));
  Open();
  EXPECT_TRUE(channel->Send(MessageKind::kBinary, std::string(16 << 20, 'x')));
  const auto begin = std::chrono::steady_clock::now();
  auto last = begin;
  std::size_t received = 0;
  EXPECT_FALSE(RunUntil(
      [&] {  // 200 KiB every 50 ms
        const auto now = std::chrono::steady_clock::now();
        if (now - last < milliseconds(50)) return false;
        last = now;
        char block[200 * 1024];
        if (const ssize_t got = ::recv(peer.get(), block, sizeof block, 0); got > 0)
          received += static_cast<std::size_t>(got);
        return receiver.ends > 0;
      },
      milliseconds(2000)));
  EXPECT_LT(received, std::size_t{16 << 20});
  EXPECT_TRUE(RunUntilEnd());  // it stops reading: now it counts
}

TEST_F(KeepAliveTest, StopsWhenTheConnectionIsClosing) {
  Ping(milliseconds(100), milliseconds(100));
  options.close_handshake_timeout = std::chrono::seconds(10);
  Open();
  channel->Close(1000, "");
  ASSERT_TRUE(RunUntilFrames(1));
  EXPECT_EQ(frames[0].opcode, 8);
  EXPECT_TRUE(Quiet(milliseconds(400)));
}

TEST_F(KeepAliveTest, HoldsPingsAndPongsWhileAMessageIsSentInParts) {
  Ping(milliseconds(100), milliseconds(5000));
  Open();
  EXPECT_TRUE(channel->BeginMessage(MessageKind::kText, 6));
  channel->SendPart("abc");
  PeerSends(ClientWire({.opcode = 9, .payload = "first"}) + ClientWire({.opcode = 9, .payload = "second"}));
  EXPECT_TRUE(Quiet(milliseconds(300)));
  channel->SendPart("def");
  ASSERT_TRUE(RunUntilFrames(3));
  EXPECT_EQ(frames[0], (Frame{.payload = "abcdef"}));
  EXPECT_EQ(frames[1], (Frame{.opcode = 10, .payload = "second"}));
  EXPECT_EQ(frames[2].opcode, 9);
}

}  // namespace
}  // namespace wampgate::websocket::test
