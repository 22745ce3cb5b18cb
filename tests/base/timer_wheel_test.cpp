#include "base/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace wampgate {
namespace {

using std::chrono::milliseconds;
using Clock = TimerWheel::Clock;

class TimerWheelTest : public testing::Test {
 protected:
  /// Advances as a loop does: at every tick.
  void RunTo(milliseconds time) {
    while (wheel.NextTick() <= start + time) wheel.Advance(wheel.NextTick());
  }
  Clock::time_point start = Clock::now();
  TimerWheel wheel{start};
  int fired = 0;
};

TEST_F(TimerWheelTest, FiresUpToOneTickLateAndNeverEarly) {
  // A little real time passes between the start of the wheel and that of the timers.
  for (const int delay : {1, 49, 50, 51, 1000, 51200, 60000, 600000}) {
    TimerWheel exact(Clock::now());
    Timer timer;
    Clock::time_point fired_at{};
    const auto began = Clock::now();
    Clock::time_point now = began;
    timer.Start(exact, milliseconds(delay), [&] { fired_at = now; });
    while (timer.running()) {
      now = exact.NextTick();
      exact.Advance(now);
    }
    EXPECT_GE(fired_at - began, milliseconds(delay));
    EXPECT_LE(fired_at - began, milliseconds(delay) + TimerWheel::kTick + milliseconds(20));
  }
}

TEST_F(TimerWheelTest, AStoppedTimerDoesNotFire) {
  Timer timer;
  timer.Start(wheel, milliseconds(100), [&] { ++fired; });
  EXPECT_EQ(wheel.size(), 1u);
  timer.Stop();
  timer.Stop();
  EXPECT_EQ(wheel.size(), 0u);
  RunTo(milliseconds(1000));
  EXPECT_EQ(fired, 0);
}

TEST_F(TimerWheelTest, RestartMovesTheDeadlineAndKeepsTheCallback) {
  Timer timer;
  timer.Start(wheel, milliseconds(100), [&] { ++fired; });
  timer.Restart(milliseconds(500));
  RunTo(milliseconds(450));
  EXPECT_EQ(fired, 0);
  RunTo(milliseconds(700));
  EXPECT_EQ(fired, 1);
  timer.Restart(milliseconds(100));
  RunTo(milliseconds(1000));
  EXPECT_EQ(fired, 2);
}

TEST_F(TimerWheelTest, MayBeRestartedFromItsOwnCallback) {
  Timer timer;
  timer.Start(wheel, milliseconds(50), [&] {
    if (++fired < 3) timer.Restart(milliseconds(50));
  });
  RunTo(milliseconds(1000));
  EXPECT_EQ(fired, 3);
}

TEST_F(TimerWheelTest, MayGetAnotherCallbackFromItsOwn) {
  Timer timer;
  int others = 0;
  timer.Start(wheel, milliseconds(50), [&] {
    ++fired;
    timer.Start(wheel, milliseconds(50), [&] { ++others; });
  });
  RunTo(milliseconds(1000));
  EXPECT_EQ(fired, 1);
  EXPECT_EQ(others, 1);
}

TEST_F(TimerWheelTest, MayBeDestroyedFromItsOwnCallback) {
  auto timer = std::make_unique<Timer>();
  auto held = std::make_shared<int>(7);
  timer->Start(wheel, milliseconds(50), [&, held] {
    timer.reset();
    fired = *held;  // what the callback holds lives until it returns
  });
  held.reset();
  RunTo(milliseconds(1000));
  EXPECT_EQ(fired, 7);
}

TEST_F(TimerWheelTest, ACallbackMayStopOthersDueAtTheSameTime) {
  std::vector<std::unique_ptr<Timer>> timers;
  for (int i = 0; i < 5; ++i) {
    timers.push_back(std::make_unique<Timer>());
    timers.back()->Start(wheel, milliseconds(100), [&] {
      ++fired;
      timers.clear();
    });
  }
  RunTo(milliseconds(1000));
  EXPECT_EQ(fired, 1);
  EXPECT_EQ(wheel.size(), 0u);
}

TEST_F(TimerWheelTest, TellsOfTheFirstTimerOnly) {
  int firsts = 0;
  wheel.OnFirst([&] { ++firsts; });
  Timer a;
  Timer b;
  a.Start(wheel, milliseconds(100), [] {});
  b.Start(wheel, milliseconds(100), [] {});
  EXPECT_EQ(firsts, 1);
  a.Stop();
  b.Stop();
  a.Start(wheel, milliseconds(100), [] {});
  EXPECT_EQ(firsts, 2);
}

TEST_F(TimerWheelTest, FiresEverythingOnceAfterALongPause) {
  std::vector<std::unique_ptr<Timer>> timers;
  for (int i = 0; i < 3000; ++i) {
    timers.push_back(std::make_unique<Timer>());
    timers.back()->Start(wheel, milliseconds(i * 53), [&] { ++fired; });
  }
  wheel.Advance(start + std::chrono::hours(10));
  EXPECT_EQ(fired, 3000);
  EXPECT_EQ(wheel.size(), 0u);
}

TEST(TimerWheel, MayGoBeforeItsTimers) {
  Timer timer;
  {
    TimerWheel wheel;
    timer.Start(wheel, milliseconds(100), [] {});
  }
  EXPECT_FALSE(timer.running());
}

}  // namespace
}  // namespace wampgate
