#include "supervisor/drain_schedule.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace wampgate::supervisor {
namespace {

using namespace std::chrono_literals;
using Phase = DrainSchedule::Phase;

const DrainSchedule::Time kStart{1'000'000s};

double Middle() {
  return 0.5;
}

TEST(DrainSchedule, GoesFromLameDuckToClosingToTheDeadline) {
  DrainSchedule schedule(kStart, {.lame_duck = 5s, .deadline = 60s}, Middle);
  EXPECT_EQ(schedule.PhaseAt(kStart), Phase::kLameDuck);
  EXPECT_EQ(schedule.Wait(kStart + 1s), 4s);
  EXPECT_EQ(schedule.Take(kStart + 4s), 0u);
  EXPECT_EQ(schedule.PhaseAt(kStart + 5s), Phase::kClosing);
  EXPECT_EQ(schedule.PhaseAt(kStart + 59s), Phase::kClosing);
  EXPECT_EQ(schedule.PhaseAt(kStart + 60s), Phase::kDeadline);
  EXPECT_EQ(schedule.Take(kStart + 60s), std::numeric_limits<std::uint32_t>::max());
}

TEST(DrainSchedule, ClosesAtTheRateHoweverItsTimersAre) {
  DrainSchedule schedule(kStart, {.deadline = 60s, .rate = 7}, Middle);
  std::uint64_t taken = 0;
  for (auto now = kStart; now <= kStart + 10s; now += 130ms) taken += schedule.Take(now);
  EXPECT_GE(taken, 68u);
  EXPECT_LE(taken, 70u);
}

TEST(DrainSchedule, MakesNoBurstAfterAPause) {
  DrainSchedule schedule(kStart, {.deadline = 1h, .rate = 50}, Middle);
  EXPECT_EQ(schedule.Take(kStart + 30min), 50u);
  EXPECT_EQ(schedule.Take(kStart + 30min + 100ms), 5u);
}

TEST(DrainSchedule, OfASlowRateWaitsForWholeSessions) {
  DrainSchedule schedule(kStart, {.deadline = 60s, .rate = 2}, Middle);
  EXPECT_EQ(schedule.Wait(kStart), 500ms);
  EXPECT_EQ(schedule.Take(kStart + 499ms), 0u);
  EXPECT_EQ(schedule.Take(kStart + 500ms), 1u);
}

TEST(DrainSchedule, VariesItsIntervalsByTheJitter) {
  double random = 0;
  DrainSchedule schedule(kStart, {.deadline = 60s, .rate = 1, .jitter_percent = 20}, [&] { return random; });
  EXPECT_EQ(schedule.Wait(kStart), 800ms);
  random = 0.5;
  EXPECT_EQ(schedule.Wait(kStart), 1000ms);
  random = 0.999999;
  EXPECT_NEAR(static_cast<double>(schedule.Wait(kStart).count()), 1200, 1);
}

TEST(DrainSchedule, DoesNotOversleepItsDeadline) {
  DrainSchedule schedule(kStart, {.deadline = 10s, .rate = 1}, Middle);
  EXPECT_EQ(schedule.Wait(kStart + 9800ms), 200ms);
}

}  // namespace
}  // namespace wampgate::supervisor
