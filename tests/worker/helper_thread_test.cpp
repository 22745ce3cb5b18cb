#include "worker/helper_thread.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "support/run_until.hpp"

namespace wampgate::worker {
namespace {

using test::RunUntil;

TEST(HelperThread, WorksElsewhereAndReportsOnTheLoopsThread) {
  net::Loop loop;
  HelperThread helper(loop);
  std::thread::id worked, reported;
  ASSERT_TRUE(helper.Run([&] { worked = std::this_thread::get_id(); },
                         [&] { reported = std::this_thread::get_id(); }));
  ASSERT_TRUE(RunUntil(loop, [&] { return reported != std::thread::id(); }));
  EXPECT_EQ(reported, std::this_thread::get_id());
  EXPECT_NE(worked, std::thread::id());
  EXPECT_NE(worked, reported);
}

TEST(HelperThread, RefusesWhatItsQueueDoesNotHold) {
  net::Loop loop;
  HelperThread helper(loop, 2);
  std::promise<void> begun, gate;
  int done = 0;
  helper.RunAlways(
      [&] {
        begun.set_value();
        gate.get_future().wait();
      },
      [&] { ++done; });
  begun.get_future().wait();
  EXPECT_TRUE(helper.Run([] {}, [&] { ++done; }));
  EXPECT_TRUE(helper.Run([] {}, [&] { ++done; }));
  EXPECT_FALSE(helper.Run([] {}, [&] { ++done; }));
  helper.RunAlways([] {}, [&] { ++done; });  // the process's own work is never refused
  gate.set_value();
  EXPECT_TRUE(RunUntil(loop, [&] { return done == 4; }));
}

TEST(HelperThread, DestroysWhatItRanOnTheLoopsThread) {
  net::Loop loop;
  HelperThread helper(loop);
  std::thread::id destroyed;
  bool done = false;
  {
    std::shared_ptr<void> watched(nullptr, [&](void*) { destroyed = std::this_thread::get_id(); });
    ASSERT_TRUE(helper.Run([watched] {}, [&done] { done = true; }));
  }
  ASSERT_TRUE(RunUntil(loop, [&] { return done && destroyed != std::thread::id(); }));
  EXPECT_EQ(destroyed, std::this_thread::get_id());
}

TEST(HelperThread, FreesReleasedObjectsItself) {
  net::Loop loop;
  HelperThread helper(loop);
  std::promise<std::thread::id> destroyed;
  int object = 0;
  helper.Release(
      std::shared_ptr<int>(&object, [&](int*) { destroyed.set_value(std::this_thread::get_id()); }));
  auto thread = destroyed.get_future();
  ASSERT_EQ(thread.wait_for(std::chrono::seconds(5)), std::future_status::ready);
  EXPECT_NE(thread.get(), std::this_thread::get_id());
}

TEST(HelperThread, DropsWhatIsQueuedWhenItStops) {
  net::Loop loop;
  std::promise<void> begun, gate;
  bool ran = false;
  HelperThread helper(loop);
  helper.RunAlways(
      [&] {
        begun.set_value();
        gate.get_future().wait();
      },
      [] {});
  begun.get_future().wait();
  helper.RunAlways([&] { ran = true; }, [&] { ran = true; });
  std::thread opener([&] {
    while (helper.Run([] {}, [] {}))
      std::this_thread::sleep_for(std::chrono::milliseconds(5));  // until it stops
    gate.set_value();
  });
  helper.Stop();
  opener.join();
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace wampgate::worker
