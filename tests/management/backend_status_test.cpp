#include "management/backend_status.hpp"

#include <gtest/gtest.h>

#include "base/latency_histogram.hpp"

namespace wampgate::management {
namespace {

using Process = v1::BackendProcess;

constexpr const char* kName = "workers/w/backends/b";

supervisor::ProcessAnswer AnswerOf(int index, Process::Health health, std::uint64_t sessions) {
  supervisor::ProcessAnswer answer;
  answer.process = "workers/w/processes/" + std::to_string(index);
  Process& backend = *answer.answer.mutable_backends()->add_backends();
  backend.set_name(kName);
  backend.set_health(health);
  backend.set_sessions(sessions);
  backend.set_joins(2 * sessions);
  if (health != Process::UNKNOWN) backend.mutable_since()->set_seconds(1000 + index);
  if (health == Process::DOWN) {
    backend.set_last_error("error of " + std::to_string(index));
    backend.mutable_last_error_time()->set_seconds(2000 - index);
  }
  return answer;
}

v1::BackendView ViewOf(const std::vector<supervisor::ProcessAnswer>& answers,
                       const std::map<std::string, std::string>& states = {}) {
  v1::BackendView view;
  view.set_name(kName);
  AddStatus(answers, states, view);
  return view;
}

TEST(BackendStatus, IsWhatAllProcessesSayTogether) {
  const auto view = ViewOf({AnswerOf(0, Process::DOWN, 3), AnswerOf(1, Process::DOWN, 4)});
  EXPECT_EQ(view.state(), Process::ACTIVE);
  EXPECT_EQ(view.health(), Process::DOWN);
  EXPECT_EQ(view.sessions(), 7u);
  EXPECT_EQ(view.joins(), 14u);
  EXPECT_EQ(view.since().seconds(), 1001);
  EXPECT_EQ(view.last_error(), "error of 0") << "the newest";
  ASSERT_EQ(view.processes_size(), 2);
  EXPECT_EQ(view.processes(1).process(), "workers/w/processes/1");
}

TEST(BackendStatus, IsMixedWhereProcessesDisagreeAndUnknownOnlyWhereNobodyKnows) {
  EXPECT_EQ(ViewOf({AnswerOf(0, Process::UP, 1), AnswerOf(1, Process::DOWN, 1)}).health(), Process::MIXED);
  EXPECT_EQ(ViewOf({AnswerOf(0, Process::UNKNOWN, 0), AnswerOf(1, Process::UP, 1)}).health(), Process::UP);
  EXPECT_EQ(ViewOf({AnswerOf(0, Process::DOWN, 0), AnswerOf(1, Process::UNKNOWN, 1)}).health(),
            Process::DOWN);
  EXPECT_EQ(ViewOf({AnswerOf(0, Process::UNKNOWN, 0)}).health(), Process::UNKNOWN);
  EXPECT_EQ(ViewOf({}).health(), Process::UNKNOWN);
}

TEST(BackendStatus, NamesProcessesOfItsWorkerThatDidNotAnswer) {
  auto silent = AnswerOf(1, Process::UP, 1);
  silent.status = DeadlineExceeded("no answer within 5000 ms");
  auto stranger = silent;
  stranger.process = "workers/other/processes/0";
  const auto view = ViewOf({AnswerOf(0, Process::UP, 1), silent, stranger});
  ASSERT_EQ(view.unreachable_size(), 1);
  EXPECT_EQ(view.unreachable(0), "workers/w/processes/1: no answer within 5000 ms");
  EXPECT_EQ(view.sessions(), 1u);
}

TEST(BackendStatus, HasTheStateThatOperatorsWant) {
  EXPECT_EQ(ViewOf({}, {{kName, "draining"}}).state(), Process::DRAINING);
  EXPECT_EQ(ViewOf({}, {{kName, "maintenance"}}).state(), Process::MAINTENANCE);
  EXPECT_EQ(ViewOf({}, {{"workers/w/backends/c", "maintenance"}}).state(), Process::ACTIVE);
}

TEST(BackendStatus, TellsHowLongJoinsTakeInAllProcessesTogether) {
  auto fast = AnswerOf(0, Process::UP, 1), slow = AnswerOf(1, Process::UP, 1);
  for (auto* answer : {&fast, &slow}) {
    v1::Histogram& latency = *answer->answer.mutable_backends()->mutable_backends(0)->mutable_join_latency();
    latency.mutable_bounds()->Assign(LatencyHistogram::kBounds.begin(), LatencyHistogram::kBounds.end());
    latency.mutable_counts()->Resize(static_cast<int>(LatencyHistogram::Counts().size()), 0);
    latency.set_counts(answer == &fast ? 0 : 5, 50);
  }
  EXPECT_EQ(ViewOf({fast}).join_p99().nanos(), 500'000);
  EXPECT_EQ(ViewOf({fast, slow}).join_p99().nanos(), 25'000'000);
  EXPECT_FALSE(ViewOf({AnswerOf(0, Process::UP, 1)}).has_join_p99());
  auto& bounds =
      *slow.answer.mutable_backends()->mutable_backends(0)->mutable_join_latency()->mutable_bounds();
  bounds.Set(5, bounds.Get(5) + 1);
  EXPECT_EQ(ViewOf({fast, slow}).join_p99().nanos(), 500'000)
      << "a process of another binary counts by other bounds";
}

}  // namespace
}  // namespace wampgate::management
