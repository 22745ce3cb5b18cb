#include "base/background.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

namespace wampgate {
namespace {

TEST(Background, IsAThreadsOwnAndThatOfThoseItStartsUntilItIsTakenBack) {
  const int before = sched_getscheduler(0);
  std::thread([before] {
    RunInBackground();
    if (!RunsInBackground()) return;  // not where these tests run
    EXPECT_EQ(sched_getscheduler(0), SCHED_BATCH);
    std::thread([] { EXPECT_TRUE(RunsInBackground()); }).join();
    {
      const ForegroundScope foreground;
      EXPECT_EQ(sched_getscheduler(0), before);
      EXPECT_FALSE(RunsInBackground());
    }
    EXPECT_EQ(sched_getscheduler(0), SCHED_BATCH);
  }).join();
  EXPECT_EQ(sched_getscheduler(0), before);
}

TEST(Background, LeavesAPolicyAloneThatSomebodyHasChosen) {
  std::thread([] {
    const sched_param none_needed{};
    if (sched_setscheduler(0, SCHED_IDLE, &none_needed) != 0) return;
    RunInBackground();
    EXPECT_EQ(sched_getscheduler(0), SCHED_IDLE);
    const ForegroundScope foreground;
    EXPECT_EQ(sched_getscheduler(0), SCHED_IDLE);
  }).join();
}

}  // namespace
}  // namespace wampgate
