#include "net/stream.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>

#include "net/socket_pair.hpp"
#include "support/run_until.hpp"

namespace wampgate::net {
namespace {

using test::RunReady;
using test::RunUntil;

class StreamTest : public testing::TestWithParam<Transport> {
 protected:
  Loop loop;
  std::pair<UniqueFd, UniqueFd> sockets = MakeSocketPair(GetParam());
  Recorder recorder;
  Stream stream{loop, std::move(sockets.first)};
  UniqueFd& peer = sockets.second;
};

INSTANTIATE_TEST_SUITE_P(Transports, StreamTest, testing::Values(Transport::kUnix, Transport::kTcp),
                         [](const auto& test) { return test.param == Transport::kUnix ? "Unix" : "Tcp"; });

class TcpStreamTest : public StreamTest {};

INSTANTIATE_TEST_SUITE_P(Transports, TcpStreamTest, testing::Values(Transport::kTcp));

TEST_P(StreamTest, DeliversWhatThePeerSendsAndWritesTheOutputOnce) {
  stream.Start(recorder);
  Put(peer, "hello");
  ASSERT_TRUE(RunUntil(loop, [&] { return recorder.data == "hello"; }));
  stream.Output().Append("wor");
  stream.Output().Append("ld");
  EXPECT_EQ(Get(peer), "") << "nothing is written inside the turn";
  std::string got;
  ASSERT_TRUE(RunUntil(loop, [&] { return (got += Get(peer)) == "world"; }));
  EXPECT_EQ(stream.octets_in(), 5u);
  EXPECT_EQ(stream.octets_out(), 5u);
}

TEST_P(StreamTest, ReadsNothingBeforeStart) {
  Put(peer, "early");
  RunReady(loop);
  EXPECT_EQ(stream.octets_in(), 0u);
  stream.Start(recorder);
  ASSERT_TRUE(RunUntil(loop, [&] { return recorder.data == "early"; }));
}

TEST_P(StreamTest, PutsTheUnconsumedTailInFrontOfWhatComesNext) {
  recorder.consume = 0;
  stream.Start(recorder);
  Put(peer, "ab");
  ASSERT_TRUE(RunUntil(loop, [&] { return recorder.last == "ab"; }));
  Put(peer, "cd");
  ASSERT_TRUE(RunUntil(loop, [&] { return recorder.last == "abcd"; }));
  recorder.consume = 3;
  Put(peer, "e");
  ASSERT_TRUE(RunUntil(loop, [&] { return recorder.data == "abc"; }));
  Put(peer, "f");
  ASSERT_TRUE(RunUntil(loop, [&] { return recorder.last == "def"; }));
}

TEST_P(StreamTest, TellsTheEndOfThePeerOnceAfterItsOctets) {
  stream.Start(recorder);
  Put(peer, "bye");
  ::shutdown(peer.get(), SHUT_WR);
  ASSERT_TRUE(RunUntil(loop, [&] { return recorder.ends == 1; }));
  EXPECT_EQ(recorder.data, "bye");
  RunReady(loop);
  EXPECT_EQ(recorder.ends, 1);
  EXPECT_TRUE(stream.is_open());
}

TEST_P(StreamTest, DeliversOctetsThatComeOneByOne) {
  stream.Start(recorder);
  const std::string text = "one octet at a time";
  for (const char octet : text) {
    const std::size_t before = recorder.data.size();
    Put(peer, {&octet, 1});
    ASSERT_TRUE(RunUntil(loop, [&] { return recorder.data.size() == before + 1; }));
  }
  EXPECT_EQ(recorder.data, text);
}

TEST_P(TcpStreamTest, ReportsAResetByThePeer) {
  stream.Start(recorder);
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(peer.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  peer.Reset();
  ASSERT_TRUE(RunUntil(loop, [&] { return recorder.errors == 1; }));
  EXPECT_EQ(Message(recorder.error), "read: connection reset by peer");
  EXPECT_FALSE(stream.is_open());
  EXPECT_EQ(recorder.ends, 0);
}

TEST_P(TcpStreamTest, ReportsAResetByThePeerAlsoWhilePaused) {
  stream.Start(recorder);
  stream.PauseReading();
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(peer.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  peer.Reset();
  EXPECT_TRUE(RunUntil(loop, [&] { return recorder.errors == 1; }));
}

TEST_P(StreamTest, KeepsWhatADepartedPeerSentWhilePausedAndDoesNotSpin) {
  stream.Start(recorder);
  stream.PauseReading();
  Put(peer, "last words");
  peer.Reset();
  RunReady(loop);
  EXPECT_EQ(loop.context().run_one_for(std::chrono::milliseconds(20)), 0u) << "nothing is to be done";
  EXPECT_EQ(recorder.calls + recorder.ends + recorder.errors, 0);
  stream.ResumeReading();
  ASSERT_TRUE(RunUntil(loop, [&] { return recorder.ends == 1; }));
  EXPECT_EQ(recorder.data, "last words");
  RunReady(loop);
  EXPECT_EQ(loop.context().run_one_for(std::chrono::milliseconds(20)), 0u);
}

TEST_P(StreamTest, SendsEverythingAndThenTheEndOfItsSide) {
  stream.Start(recorder);
  const std::string big(3 * 1024 * 1024, 'x');
  stream.Output().Append(big);
  stream.ShutdownWrite();
  std::size_t got = 0;
  bool ended = false;
  ASSERT_TRUE(RunUntil(loop, [&] {
    char buffer[65536];
    const ssize_t octets = ::recv(peer.get(), buffer, sizeof buffer, 0);
    if (octets > 0) got += static_cast<std::size_t>(octets);
    return ended = octets == 0;
  }));
  EXPECT_EQ(got, big.size());
  EXPECT_TRUE(stream.is_open());
  Put(peer, "still heard");
  EXPECT_TRUE(RunUntil(loop, [&] { return recorder.data == "still heard"; }));
}

TEST_P(StreamTest, TellsWhenABigBacklogHasDrained) {
  stream.Start(recorder);
  stream.SetWatermarks(1000, 10000);
  stream.Output().Append(std::string(8 * 1024 * 1024, 'x'));
  RunReady(loop);
  EXPECT_GT(stream.pending(), 10000u);
  EXPECT_EQ(recorder.drained, 0);
  std::size_t got = 0;
  ASSERT_TRUE(RunUntil(loop, [&] {
    got += Get(peer).size();
    return recorder.drained > 0;
  }));
  EXPECT_LE(stream.pending(), 1000u);
  ASSERT_TRUE(RunUntil(loop, [&] { return (got += Get(peer).size()) == 8 * 1024 * 1024; }));
  EXPECT_EQ(recorder.drained, 1);
}

TEST_P(StreamTest, TellsThatItDrainedWhenTheKernelTookAllAtOnce) {
  stream.Start(recorder);
  stream.SetWatermarks(10, 100);
  stream.Output().Append(std::string(2000, 'x'));
  EXPECT_TRUE(RunUntil(loop, [&] { return recorder.drained == 1; }));
}

TEST_P(StreamTest, TellsThatItDrainedAlsoWhenALargePieceTookTheRestAlong) {
  stream.Start(recorder);
  stream.SetWatermarks(10, 100);
  stream.Output().Append(std::string(2000, 'x'));
  ASSERT_GT(stream.pending(), 100u) << "what an owner looks at, to wait";
  stream.Write(std::string(Stream::kWorthACall, 'y'));
  ASSERT_EQ(stream.pending(), 0u);
  EXPECT_TRUE(RunUntil(loop, [&] { return recorder.drained == 1; }));
}

TEST_P(StreamTest, WritesALargePieceAtOnceBehindTheOutput) {
  stream.Start(recorder);
  const std::string piece(Stream::kWorthACall, 'x');
  stream.Output().Append("head");
  stream.Write(piece);
  EXPECT_EQ(Get(peer), "head" + piece);
  EXPECT_EQ(stream.held(), 0u);
  stream.Output().Append("tail");
  std::string got;
  ASSERT_TRUE(RunUntil(loop, [&] { return (got += Get(peer)) == "tail"; }));
  EXPECT_EQ(stream.octets_out(), piece.size() + 8);
}

TEST_P(StreamTest, KeepsInOrderWhatThePeerDoesNotTakeOfLargePieces) {
  // Fixed, or TCP makes room for more while nobody reads, and the backlog drains in between.
  const int room = 64 * 1024;
  ::setsockopt(stream.fd(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  ::setsockopt(peer.get(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  stream.Start(recorder);
  std::string sent;
  for (char letter = 'a'; letter <= 'p'; ++letter) {
    const std::string piece(128 * 1024, letter);
    stream.Write(piece);
    stream.Output().Append("small");
    sent += piece + "small";
    RunReady(loop);
  }
  EXPECT_GT(stream.pending(), 1024u * 1024);
  std::string got;
  ASSERT_TRUE(RunUntil(loop, [&] { return (got += Get(peer)).size() >= sent.size(); }));
  EXPECT_EQ(got, sent);
  EXPECT_EQ(recorder.drained, 1);
}

TEST_P(StreamTest, TellsOfALargePieceThatCouldNotBeWrittenAfterTheCall) {
  stream.Start(recorder);
  stream.PauseReading();
  peer.Reset();
  stream.Write(std::string(Stream::kWorthACall, 'x'));
  stream.Write(std::string(Stream::kWorthACall, 'x'));
  EXPECT_EQ(recorder.errors, 0);
  ASSERT_TRUE(RunUntil(loop, [&] { return recorder.errors == 1; }));
  EXPECT_FALSE(stream.is_open());
}

TEST_P(TcpStreamTest, ClosingWithResetIsSeenByThePeer) {
  stream.Start(recorder);
  stream.Close(Stream::CloseHow::kReset);
  char octet;
  EXPECT_EQ(::recv(peer.get(), &octet, 1, 0), -1);
  EXPECT_EQ(errno, ECONNRESET);
  RunReady(loop);
  EXPECT_EQ(recorder.errors + recorder.ends, 0) << "no callback follows Close";
}

TEST_P(StreamTest, FailsWhenThePeerIsGone) {
  stream.Start(recorder);
  stream.PauseReading();
  peer.Reset();
  ASSERT_TRUE(RunUntil(loop, [&] {
    if (stream.is_open()) stream.Output().Append("x");
    return recorder.errors == 1;
  }));
}

TEST_P(StreamTest, AnIdleStreamHoldsNoBuffers) {
  stream.Start(recorder);
  Put(peer, "request");
  ASSERT_TRUE(RunUntil(loop, [&] { return recorder.data == "request"; }));
  stream.Output().Append("response");
  std::string got;
  ASSERT_TRUE(RunUntil(loop, [&] { return (got += Get(peer)) == "response"; }));
  EXPECT_EQ(stream.held(), 0u);
}

TEST_P(StreamTest, HoldsNoMoreThanTheIncompleteTail) {
  recorder.consume = 3;
  stream.Start(recorder);
  Put(peer, "1234567");
  ASSERT_TRUE(RunUntil(loop, [&] { return recorder.data == "123"; }));
  EXPECT_EQ(stream.held(), 4u);
}

TEST_P(StreamTest, IsCountedInTheSumsOfItsKindUntilItIsClosed) {
  const Meter& other = loop.meter(PeerKind::kOther);
  const Meter& client = loop.meter(PeerKind::kClient);
  stream.Start(recorder);
  Put(peer, "hello");
  ASSERT_TRUE(RunUntil(loop, [&] { return recorder.data == "hello"; }));
  EXPECT_EQ(other.octets_in, 5u);
  constexpr std::size_t kMuch = 16 * 1024 * 1024;
  stream.Output().Append(std::string(kMuch, 'x'));
  ASSERT_TRUE(RunUntil(loop, [&] { return stream.octets_out() > 0; }));
  EXPECT_EQ(other.buffered, stream.pending());
  EXPECT_EQ(other.buffered + other.octets_out, kMuch);
  stream.SetPeerKind(PeerKind::kClient);
  EXPECT_EQ(other.buffered, 0u);
  EXPECT_EQ(client.buffered, stream.pending());
  stream.Output().Append("more");
  ASSERT_TRUE(
      RunUntil(loop, [&] { return client.buffered + client.octets_out + other.octets_out == kMuch + 4; }));
  ASSERT_TRUE(RunUntil(loop, [&] {
    Get(peer);
    return stream.pending() == 0;
  }));
  EXPECT_EQ(client.buffered, 0u);
  EXPECT_EQ(client.octets_out + other.octets_out, kMuch + 4);
  stream.Output().Append(std::string(kMuch, 'x'));
  ASSERT_TRUE(RunUntil(loop, [&] { return client.buffered > 0; }));
  stream.Close(Stream::CloseHow::kReset);
  EXPECT_EQ(client.buffered, 0u);
}

/// Consumes nothing before it has seen `total` octets.
struct Patient final : StreamHandler {
  explicit Patient(std::size_t octets) : total(octets) {}
  std::size_t OnData(std::span<char> octets) override {
    if (octets.size() < total) return 0;
    whole.assign(octets.data(), octets.size());
    return octets.size();
  }
  void OnEnd() override {}
  void OnError(const Status&) override {}
  const std::size_t total;
  std::string whole;
};

TEST_P(StreamTest, PassesATailLargerThanTheReadBuffer) {
  constexpr std::size_t kTotal = 16 * 1024 * 1024;
  std::string sent(kTotal, '\0');
  for (std::size_t i = 0; i < kTotal; ++i) sent[i] = static_cast<char>(i * 31 >> 8);
  Patient patient(kTotal);
  stream.Start(patient);
  std::size_t put = 0;
  ASSERT_TRUE(RunUntil(loop, [&] {
    const ssize_t took = ::send(peer.get(), sent.data() + put, kTotal - put, MSG_NOSIGNAL);
    if (took > 0) put += static_cast<std::size_t>(took);
    return !patient.whole.empty();
  }));
  EXPECT_TRUE(patient.whole == sent);
  EXPECT_EQ(stream.held(), 0u);
}

}  // namespace
}  // namespace wampgate::net
