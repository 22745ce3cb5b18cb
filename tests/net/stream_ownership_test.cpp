#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "net/socket_pair.hpp"
#include "net/stream.hpp"
#include "support/run_until.hpp"

namespace wampgate::net {
namespace {

using test::RunReady;
using test::RunUntil;

/// Does something of the test's choice with each delivery; returns what that returns.
struct Scripted final : StreamHandler {
  std::size_t OnData(std::span<char> octets) override {
    seen.append(octets.data(), octets.size());
    return on_data(octets);
  }
  void OnEnd() override {
    ++ends;
    if (on_end) on_end();
  }
  void OnError(const Status&) override { ++errors; }

  std::function<std::size_t(std::span<char>)> on_data = [](std::span<char> octets) { return octets.size(); };
  std::function<void()> on_end;
  std::string seen;
  int ends = 0;
  int errors = 0;
};

class StreamOwnership : public testing::Test {
 protected:
  Loop loop;
  std::pair<UniqueFd, UniqueFd> sockets = MakeSocketPair();
  Scripted first;
  Recorder second;
  std::unique_ptr<Stream> stream = std::make_unique<Stream>(loop, std::move(sockets.first));
  UniqueFd& peer = sockets.second;
};

TEST_F(StreamOwnership, MayBeClosedInsideOnData) {
  first.on_data = [&](std::span<char> octets) {
    stream->Output().Append("never sent");
    stream->Close(Stream::CloseHow::kOrderly);
    return octets.size() / 2;
  };
  stream->Start(first);
  Put(peer, "abcd");
  ASSERT_TRUE(RunUntil(loop, [&] { return !first.seen.empty(); }));
  RunReady(loop);
  EXPECT_EQ(first.seen, "abcd");
  EXPECT_EQ(first.ends + first.errors, 0);
  EXPECT_EQ(Get(peer), "");
  EXPECT_EQ(stream->held(), 0u);
}

TEST_F(StreamOwnership, DiesAtTheEndOfTheTurnWithItsOwner) {
  struct Owner final : Mortal, StreamHandler {
    Owner(Loop& on, UniqueFd socket, int& count) : deaths(count), stream(on, std::move(socket)) {
      stream.Start(*this);
    }
    ~Owner() override { ++deaths; }
    std::size_t OnData(std::span<char> octets) override {
      stream.Output().Append("bye");
      stream.loop().DeleteLater(std::move(self));
      alive_after_delete = deaths == 0;
      return octets.size();
    }
    void OnEnd() override {}
    void OnError(const Status&) override {}
    int& deaths;
    bool alive_after_delete = false;
    std::unique_ptr<Mortal> self;
    Stream stream;
  };
  auto [mine, theirs] = MakeSocketPair();
  int deaths = 0;
  auto owner = std::make_unique<Owner>(loop, std::move(mine), deaths);
  Owner& owner_ref = *owner;
  owner_ref.self = std::move(owner);
  Put(theirs, "x");
  ASSERT_TRUE(RunUntil(loop, [&] { return deaths == 1; }));
  EXPECT_EQ(Get(theirs), "bye") << "output of the turn goes out before the dead are deleted";
}

TEST_F(StreamOwnership, HandsTheUnconsumedOctetsToANewOwnerInTheNextTurn) {
  first.on_data = [&](std::span<char>) -> std::size_t {
    stream->Start(second);
    EXPECT_EQ(second.calls, 0);
    return 4;
  };
  stream->Start(first);
  Put(peer, "headbody");
  ASSERT_TRUE(RunUntil(loop, [&] { return second.calls > 0; }));
  EXPECT_EQ(second.data, "body");
  Put(peer, "more");
  EXPECT_TRUE(RunUntil(loop, [&] { return second.data == "bodymore"; }));
}

TEST_F(StreamOwnership, DeliversOctetsPutBackBeforeTheUnconsumedOnes) {
  first.on_data = [&](std::span<char>) -> std::size_t {
    stream->Unread("put back ");
    stream->Start(second);
    return 4;
  };
  stream->Start(first);
  Put(peer, "headbody");
  ASSERT_TRUE(RunUntil(loop, [&] { return second.calls > 0; }));
  EXPECT_EQ(second.data, "put back body");
}

TEST_F(StreamOwnership, DeliversOctetsPutBackEvenIfNothingFollows) {
  stream->Unread("left over");
  stream->Start(second);
  EXPECT_EQ(second.calls, 0);
  ASSERT_TRUE(RunUntil(loop, [&] { return second.calls > 0; }));
  EXPECT_EQ(second.data, "left over");
}

TEST_F(StreamOwnership, GivesANewOwnerItsOctetsBeforeTheEnd) {
  first.on_data = [&](std::span<char>) -> std::size_t {
    stream->Start(second);
    return 4;
  };
  stream->Start(first);
  Put(peer, "headbody");
  peer.Reset();
  ASSERT_TRUE(RunUntil(loop, [&] { return second.ends == 1; }));
  EXPECT_EQ(second.data, "body");
  EXPECT_EQ(first.ends, 0);
}

TEST_F(StreamOwnership, TellsANewOwnerOfAnEndThatTheOldOneSaw) {
  first.on_end = [&] { stream->Start(second); };
  stream->Start(first);
  peer.Reset();
  ASSERT_TRUE(RunUntil(loop, [&] { return second.ends == 1; }));
  EXPECT_EQ(first.ends, 1);
}

TEST_F(StreamOwnership, KeepsWhatIsLeftWhenPausedAndDeliversItAfterResuming) {
  first.on_data = [&](std::span<char>) -> std::size_t {
    stream->PauseReading();
    return 2;
  };
  stream->Start(first);
  Put(peer, "abcd");
  ASSERT_TRUE(RunUntil(loop, [&] { return first.seen == "abcd"; }));
  Put(peer, "ef");
  RunReady(loop);
  EXPECT_EQ(first.seen, "abcd") << "nothing is delivered while paused";
  first.seen.clear();
  first.on_data = [](std::span<char> octets) { return octets.size(); };
  stream->ResumeReading();
  EXPECT_EQ(first.seen, "") << "not from inside the call";
  ASSERT_TRUE(RunUntil(loop, [&] { return first.seen == "cdef"; }));
}

TEST_F(StreamOwnership, MayBeDestroyedWithADeliveryPending) {
  stream->Unread("left over");
  stream->Start(second);
  stream->Output().Append("unsent");
  stream.reset();
  RunReady(loop);
  EXPECT_EQ(second.calls, 0);
}

}  // namespace
}  // namespace wampgate::net
