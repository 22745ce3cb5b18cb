#include "supervisor/events.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "loop_runner.hpp"

namespace wampgate::supervisor {
namespace {

class EventsTest : public ::testing::Test {
 protected:
  struct Watcher {
    std::vector<v1::NodeEvent> events;
    std::optional<Status> end;
    std::uint64_t id = 0;
  };
  void Watch(Watcher& watcher, std::uint64_t from = 0) {
    watcher.id = events_.Watch(from, {[&](const v1::NodeEvent& event) { watcher.events.push_back(event); },
                                      [&](const Status& status) { watcher.end = status; }});
    Settle();
  }
  void Settle() {
    bool done = false;
    loop_.Post([&] { done = true; });
    RunUntil(loop_, [&] { return done; });
  }
  net::Loop loop_;
  Events events_{loop_};
};

TEST_F(EventsTest, BeginWithASnapshotAndGoOnWithoutAGap) {
  events_.Observe({{"node", {"running", ""}}, {"workers/a", {"running", ""}}});
  Watcher watcher;
  Watch(watcher);
  ASSERT_EQ(watcher.events.size(), 2u);
  for (const auto& event : watcher.events) EXPECT_EQ(event.kind(), v1::NodeEvent::SNAPSHOT);
  events_.Observe({{"node", {"draining", ""}}, {"workers/b", {"starting", ""}}});
  events_.Tell("node", "something");
  ASSERT_EQ(watcher.events.size(), 6u);
  EXPECT_EQ(watcher.events[2].kind(), v1::NodeEvent::DRAINING);
  EXPECT_EQ(watcher.events[3].kind(), v1::NodeEvent::STARTING);
  EXPECT_EQ(watcher.events[4].kind(), v1::NodeEvent::STOPPED);
  EXPECT_EQ(watcher.events[4].name(), "workers/a");
  EXPECT_EQ(watcher.events[5].kind(), v1::NodeEvent::CHANGED);
  for (std::size_t i = 2; i < watcher.events.size(); ++i) {
    EXPECT_EQ(watcher.events[i].sequence(), watcher.events[i - 1].sequence() + 1);
  }
}

TEST_F(EventsTest, AreNoneWhereNothingChanged) {
  events_.Observe({{"node", {"running", ""}}});
  const std::uint64_t last = events_.last();
  events_.Observe({{"node", {"running", ""}}});
  EXPECT_EQ(events_.last(), last);
}

TEST_F(EventsTest, AreTakenUpWhereAWatcherLeftOff) {
  Watcher first;
  Watch(first);
  events_.Observe({{"node", {"starting", ""}}});
  const std::uint64_t seen = first.events.back().sequence();
  events_.Unwatch(first.id);
  Settle();
  events_.Observe({{"node", {"running", ""}}});
  EXPECT_EQ(first.events.size(), 1u);
  Watcher second;
  Watch(second, seen);
  ASSERT_EQ(second.events.size(), 1u);
  EXPECT_EQ(second.events[0].sequence(), seen + 1);
  EXPECT_EQ(second.events[0].kind(), v1::NodeEvent::STARTED);
}

TEST_F(EventsTest, ThatAreNoLongerKeptAreAnErrorAndNeverASilentGap) {
  const std::uint64_t before = events_.last();
  for (std::size_t i = 0; i <= Events::kKept; ++i) events_.Tell("node", "x");
  Watcher watcher;
  Watch(watcher, before);
  ASSERT_TRUE(watcher.end.has_value());
  EXPECT_EQ(watcher.end->code(), StatusCode::kOutOfRange);
  Watcher next;
  Watch(next, before + 1);
  EXPECT_EQ(next.events.size(), Events::kKept);
  Watcher future;
  Watch(future, events_.last() + 1);
  ASSERT_TRUE(future.end.has_value());
  EXPECT_EQ(future.end->code(), StatusCode::kOutOfRange);
}

TEST_F(EventsTest, AreWatchedByABoundedNumberAndEndWithTheNode) {
  std::vector<Watcher> watchers(Events::kMostWatchers + 1);
  for (Watcher& watcher : watchers) Watch(watcher);
  ASSERT_TRUE(watchers.back().end.has_value());
  EXPECT_EQ(watchers.back().end->code(), StatusCode::kResourceExhausted);
  EXPECT_FALSE(watchers.front().end.has_value());
  events_.Close();
  ASSERT_TRUE(watchers.front().end.has_value());
  EXPECT_EQ(watchers.front().end->code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace wampgate::supervisor
