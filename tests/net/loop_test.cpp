#include "net/loop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "net/socket_pair.hpp"
#include "support/run_until.hpp"

namespace wampgate::net {
namespace {

using std::chrono::milliseconds;
using test::RunReady;
using test::RunUntil;
using Clock = std::chrono::steady_clock;

struct Output final : Flushable {
  void Flush() override {
    ++flushes;
    if (on_flush) on_flush();
  }
  int flushes = 0;
  std::function<void()> on_flush;
};

struct Corpse final : Mortal {
  explicit Corpse(int& count) : deaths(count) {}
  ~Corpse() override { ++deaths; }
  int& deaths;
};

TEST(Loop, FlushesEachOutputOncePerTurnAndThenDeletesTheDead) {
  Loop loop;
  Output output;
  int deaths = 0;
  int deaths_at_flush = -1;
  output.on_flush = [&] { deaths_at_flush = deaths; };
  loop.Turn([&] {
    loop.DeleteLater(std::make_unique<Corpse>(deaths));
    loop.FlushLater(output);
    loop.FlushLater(output);
    EXPECT_EQ(output.flushes + deaths, 0);
  });
  EXPECT_EQ(output.flushes, 1);
  EXPECT_EQ(deaths, 1);
  EXPECT_EQ(deaths_at_flush, 0);
}

TEST(Loop, EndsTheTurnOfAnAsioCompletionBeforeItWaitsAgain) {
  Loop loop;
  Output output;
  int deaths = 0;
  boost::asio::post(loop.context(), [&] {
    loop.FlushLater(output);
    loop.DeleteLater(std::make_unique<Corpse>(deaths));
  });
  EXPECT_TRUE(RunUntil(loop, [&] { return output.flushes == 1 && deaths == 1; }, milliseconds(1000)));
}

TEST(Loop, AForgottenOutputIsNotFlushed) {
  Loop loop;
  Output output;
  loop.FlushLater(output);
  loop.Forget(output);
  RunReady(loop);
  EXPECT_EQ(output.flushes, 0);
}

TEST(Loop, OutputsThatFeedEachOtherForEverDoNotStopIt) {
  Loop loop;
  Output a;
  Output b;
  a.on_flush = [&] { loop.FlushLater(b); };
  b.on_flush = [&] { loop.FlushLater(a); };
  loop.FlushLater(a);
  bool fired = false;
  Timer timer;
  timer.Start(loop.timers(), milliseconds(60), [&] { fired = true; });
  EXPECT_TRUE(RunUntil(loop, [&] { return fired; }, milliseconds(2000)));
  a.on_flush = b.on_flush = nullptr;
  RunReady(loop);
}

TEST(Loop, RunsPostsOfOtherThreadsAtOnceAndStops) {
  Loop loop;
  int runs = 0;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) loop.Post([&runs] { ++runs; });
    loop.Stop();
  });
  loop.Run();
  other.join();
  EXPECT_EQ(runs, 1000);
}

TEST(Loop, AStopBeforeRunEndsIt) {
  Loop loop;
  loop.Stop();
  loop.Run();
}

TEST(Loop, FiresTimersNotEarlyAndSleepsWithoutAny) {
  Loop loop;
  RunReady(loop);
  EXPECT_EQ(loop.context().run_one_for(milliseconds(120)), 0u) << "an empty wheel does not tick";
  Timer timer;
  const auto start = Clock::now();
  Clock::time_point fired{};
  timer.Start(loop.timers(), milliseconds(70), [&] { fired = Clock::now(); });
  ASSERT_TRUE(RunUntil(loop, [&] { return fired != Clock::time_point{}; }));
  EXPECT_GE(fired - start, milliseconds(70));
}

/// Keeps two sockets of the Poller busy with each other.
struct PingPong final : StreamHandler {
  PingPong(Loop& loop, UniqueFd socket) : stream(loop, std::move(socket)) { stream.Start(*this); }
  std::size_t OnData(std::span<char> octets) override {
    ++rounds;
    stream.Output().Append({octets.data(), octets.size()});
    return octets.size();
  }
  void OnEnd() override {}
  void OnError(const Status&) override {}
  int rounds = 0;
  Stream stream;
};

TEST(Loop, BusySocketsKeepNeitherPostsNorAsioFromRunning) {
  Loop loop;
  auto [left, right] = MakeSocketPair();
  PingPong a(loop, std::move(left));
  PingPong b(loop, std::move(right));
  a.stream.Output().Append("ball");
  ASSERT_TRUE(RunUntil(loop, [&] { return a.rounds > 1000; }));
  int posts = 0;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) {
      loop.Post([&posts] { ++posts; });
      std::this_thread::yield();
    }
  });
  bool fired = false;
  boost::asio::steady_timer timer(loop.context(), milliseconds(30));
  timer.async_wait([&](const boost::system::error_code&) { fired = true; });
  EXPECT_TRUE(RunUntil(loop, [&] { return posts == 100 && fired; }, milliseconds(2000)));
  other.join();
}

TEST(Loop, APostWhileItWaitsForSocketsIsNotLate) {
  Loop loop;
  auto [left, right] = MakeSocketPair();
  PingPong a(loop, std::move(left));
  a.stream.Output().Append("x");
  std::atomic<bool> stop = false;
  std::vector<Clock::duration> delays;
  std::thread other([&] {
    char octets[16];
    while (!stop) {  // makes the loop wait in its Poller
      if (::recv(right.get(), octets, sizeof octets, 0) > 0) Put(right, "x");
      if (delays.size() >= 200) continue;
      const auto start = Clock::now();
      std::atomic<bool> ran = false;
      loop.Post([&] { ran = true; });
      while (!ran) std::this_thread::yield();
      delays.push_back(Clock::now() - start);
      stop = delays.size() == 200;
    }
    loop.Stop();
  });
  loop.Run();
  other.join();
  std::ranges::sort(delays);
  EXPECT_LT(delays[delays.size() / 2], milliseconds(1));
}

}  // namespace
}  // namespace wampgate::net
