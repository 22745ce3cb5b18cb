#include "supervisor/process_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "supervisor/metric_catalogue.hpp"

namespace wampgate::supervisor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

internal::Status StatusOfTwoRealms() {
  internal::Status status;
  internal::Counters& counters = *status.mutable_counters();
  counters.mutable_clients()->set_octets_in(100);
  counters.mutable_clients()->set_buffered(7);
  for (const char* realm : {"realm1", "realm2"}) {
    auto& count = *counters.add_realms();
    count.set_realm(realm);
    count.set_backend("workers/edge/backends/first");
    count.set_open(2);
    count.set_joins(5);
  }
  auto& slow = *counters.add_ends();
  slow.set_stage("open");
  slow.set_reason("slow_consumer");
  slow.set_count(3);
  auto& refused = *counters.add_ends();
  refused.set_stage("auth");
  refused.set_reason("auth_failed");
  refused.set_count(4);
  return status;
}

TEST(ProcessMetrics, AreSumsOverTheProcessesOfAWorker) {
  ProcessMetrics metrics;
  Exposition exposition;
  for (int process = 0; process < 2; ++process) {
    metrics.AddCounters("edge", StatusOfTwoRealms(), exposition);
    metrics.AddPresent("edge", StatusOfTwoRealms(), exposition);
  }
  const std::string text = exposition.Text(metric::kAll);
  for (const char* line :
       {"wampgate_sessions{worker=\"edge\",realm=\"realm2\",backend=\"first\"} 4\n",
        "wampgate_joins_total{worker=\"edge\",realm=\"realm1\",backend=\"first\"} 10\n",
        "wampgate_sessions_ended_total{worker=\"edge\",reason=\"slow_consumer\"} 6\n",
        "wampgate_slow_consumers_total{worker=\"edge\"} 6\n",
        "wampgate_refusals_total{worker=\"edge\",stage=\"auth\",reason=\"auth_failed\"} 8\n",
        "wampgate_bytes_total{worker=\"edge\",peer=\"client\",direction=\"in\"} 200\n",
        "wampgate_buffered_bytes{worker=\"edge\",peer=\"client\"} 14\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(ProcessMetrics, WhatHasEndedLeavesItsCountersOnly) {
  ProcessMetrics metrics;
  Exposition exposition;
  metrics.AddCounters("edge", StatusOfTwoRealms(), exposition);
  const std::string text = exposition.Text(metric::kAll);
  EXPECT_THAT(text, HasSubstr("wampgate_joins_total{"));
  EXPECT_THAT(text, Not(HasSubstr("wampgate_sessions{")));
  EXPECT_THAT(text, Not(HasSubstr("wampgate_buffered_bytes{")));
}

TEST(ProcessMetrics, NamesThatOthersMakeUpDoNotGrowWithoutEnd) {
  ProcessMetrics metrics;
  Exposition exposition;
  for (int i = 0; i < 3000; ++i) {
    internal::Status status;
    auto& count = *status.mutable_counters()->add_realms();
    count.set_realm("realm" + std::to_string(i));
    count.set_joins(1);
    metrics.AddCounters("edge", status, exposition);
  }
  const std::string text = exposition.Text(metric::kAll);
  EXPECT_THAT(text, HasSubstr("wampgate_joins_total{worker=\"edge\",realm=\"realm0\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("wampgate_joins_total{worker=\"edge\",realm=\"other\"} 2500\n"));
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 700);
}

TEST(ProcessMetrics, ABackendIsCalledByItsNameWithinItsWorker) {
  ProcessMetrics metrics;
  EXPECT_EQ(metrics.Backend("workers/edge/backends/first"), "first");
  EXPECT_EQ(metrics.Backend("workers/edge/transports/web/paths/ws/backends/0"),
            "transports/web/paths/ws/backends/0");
  EXPECT_EQ(metrics.Backend(""), "") << "at the embedded router";
}

}  // namespace
}  // namespace wampgate::supervisor
