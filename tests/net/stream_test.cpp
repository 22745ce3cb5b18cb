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

}  // namespace
}  // namespace wampgate::net
