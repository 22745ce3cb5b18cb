#include <gmock/gmock.h>

#include "websocket/connection_fixture.hpp"

namespace wampgate::websocket::test {
namespace {

using Cause = ChannelEnd::Cause;

class LargeMessageTest : public ConnectionTest {
 protected:
  /// Writes all of it while the loop runs.
  [[nodiscard]] bool Transfer(std::string_view octets, const std::function<bool()>& done) {
    return RunUntil([&, octets]() mutable {
      const ssize_t taken = ::send(peer.get(), octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (taken > 0) octets.remove_prefix(static_cast<std::size_t>(taken));
      return done() && octets.empty();
    });
  }
  std::string Payload(std::size_t size) {
    std::string payload(size, '\0');
    for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<char>('a' + i % 23);
    return payload;
  }
};

TEST_F(LargeMessageTest, ComesWholeUnlessTheReceiverWantsParts) {
  Open();
  const std::string payload = Payload(3'000'000);
  ASSERT_TRUE(Transfer(Text(payload), [&] { return !receiver.messages.empty(); }));
  EXPECT_EQ(receiver.messages[0].second, payload);
  EXPECT_EQ(receiver.large_total, payload.size());  // it was asked
}

TEST_F(LargeMessageTest, ComesInPartsToAReceiverThatWantsThem) {
  receiver.take_large = true;
  Open();
  const std::string payload = Payload(3'000'000);
  ASSERT_TRUE(Transfer(Text(payload) + Text("next"), [&] { return !receiver.messages.empty(); }));
  EXPECT_EQ(receiver.large_total, payload.size());
  EXPECT_GE(receiver.large_head.size(), 64u);
  EXPECT_TRUE(receiver.large.starts_with(receiver.large_head));
  EXPECT_EQ(receiver.large, payload);
  EXPECT_TRUE(receiver.large_done);
  EXPECT_GT(receiver.parts, 3);
  EXPECT_EQ(receiver.messages[0].second, "next");
  EXPECT_EQ(channel->traffic().messages_in, 2u);
}

TEST_F(LargeMessageTest, CanBePausedBetweenParts) {
  receiver.take_large = true;
  Open();
  const std::string payload = Payload(2'000'000);
  receiver.on_part = [&] { channel->PauseReading(); };
  ASSERT_TRUE(Transfer(Text(payload), [&] {
    channel->ResumeReading();
    return receiver.large_done;
  }));
  EXPECT_EQ(receiver.large, payload);
}

TEST_F(LargeMessageTest, FailsInTheMiddleWhenItsTextIsBad) {
  receiver.take_large = true;
  options.fail_by_drop = true;
  Open();
  std::string payload = Payload(500'000);
  payload[400'000] = '\xff';
  const std::string wire = Text(payload);
  ASSERT_TRUE(Transfer(wire.substr(0, 450'000), [&] { return receiver.ends > 0; }));
  EXPECT_EQ(receiver.end->cause, Cause::kViolation);
  EXPECT_EQ(receiver.end->code, 1007);
  EXPECT_FALSE(receiver.large_done);
  EXPECT_LE(receiver.large.size(), 400'000u);
}

TEST_F(LargeMessageTest, TakesOnlyTheMemoryOfWhatHasArrived) {
  Open();
  PeerSends(Head({.opcode = 2, .masked = true}, 60 << 20) + std::string(20'000, 'x'));
  wampgate::test::RunReady(loop);
  // The announced 60 MiB are nowhere: resident memory is asked of the kernel before and after.
  const auto resident = [] {
    long pages = 0;
    long total = 0;
    FILE* statm = std::fopen("/proc/self/statm", "r");
    EXPECT_EQ(std::fscanf(statm, "%ld %ld", &total, &pages), 2);
    std::fclose(statm);
    return std::pair{total * 4096, pages * 4096};
  };
  const auto [virtual_before, before] = resident();
  PeerSends(std::string(20'000, 'x'));
  wampgate::test::RunReady(loop);
  const auto [virtual_after, after] = resident();
  EXPECT_LT(after - before, 4 << 20);
  EXPECT_LT(virtual_after - virtual_before, 16 << 20);
}

TEST_F(LargeMessageTest, GoesFromConnectionToConnectionInParts) {
  receiver.take_large = true;
  Open();
  auto [mine, theirs] = net::MakeSocketPair();
  const auto out =
      MakeConnection(std::make_unique<net::Stream>(loop, std::move(mine)),
                     std::make_shared<ConnectionOptions>(ClientOptions::ClientConnection()), std::nullopt);
  wampgate::test::RecordingReceiver unused;
  out->SetReceiver(&unused);
  std::size_t forwarded = 0;
  receiver.on_part = [&] {
    if (forwarded == 0) EXPECT_TRUE(out->BeginMessage(MessageKind::kText, receiver.large_total));
    out->SendPart(std::string_view(receiver.large).substr(forwarded));
    forwarded = receiver.large.size();
  };
  const std::string payload = Payload(1'000'000);
  std::string arrived;
  ASSERT_TRUE(Transfer(Text(payload), [&] {
    arrived += net::Get(theirs);
    return arrived.size() >= payload.size() + 14;
  }));
  const auto seen = TakeFrames(arrived);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_TRUE(seen[0].masked);
  EXPECT_EQ(seen[0].payload, payload);
}

}  // namespace
}  // namespace wampgate::websocket::test
