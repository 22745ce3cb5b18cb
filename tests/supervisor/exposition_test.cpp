#include "supervisor/exposition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

#include "base/latency_histogram.hpp"
#include "supervisor/metric_catalogue.hpp"

namespace wampgate::supervisor {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Metric kThings{"things_total", Metric::Kind::kCounter, "Things."};
constexpr Metric kTook{"took_seconds", Metric::Kind::kHistogram, "How long."};
constexpr std::array kBoth = {&kThings, &kTook};

TEST(Exposition, SumsByLabelsAndSortsThem) {
  Exposition exposition;
  exposition.Add(kThings, {{"worker", "b"}, {"kind", ""}}, 1);
  exposition.Add(kThings, {{"worker", "a"}}, 2.5);
  exposition.Add(kThings, {{"worker", "b"}}, 3);
  exposition.Add(kThings, {}, 7);
  EXPECT_EQ(exposition.Text(kBoth),
            "# HELP things_total Things.\n# TYPE things_total counter\n"
            "things_total 7\nthings_total{worker=\"a\"} 2.5\nthings_total{worker=\"b\"} 4\n"
            "# HELP took_seconds How long.\n# TYPE took_seconds histogram\n");
  exposition.Set(kThings, {{"worker", "b"}}, 9);
  EXPECT_THAT(exposition.Text(kBoth), HasSubstr("things_total{worker=\"b\"} 9\n"));
}

TEST(Exposition, WritesLargeCountsToTheLastDigit) {
  Exposition exposition;
  exposition.Add(kThings, {}, 9007199254740991.0);
  EXPECT_THAT(exposition.Text(kBoth), HasSubstr("things_total 9007199254740991\n"));
}

TEST(Exposition, EscapesWhateverANameHolds) {
  EXPECT_EQ(EscapeLabelValue("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
  EXPECT_EQ(EscapeLabelValue("x\r\nHTTP/1.1 200\t\x1b[31m\x7f"),
            "x\\\\x0d\\nHTTP/1.1 200\\\\x09\\\\x1b[31m\\\\x7f");
  EXPECT_EQ(EscapeLabelValue("Käse"), "Käse");
  EXPECT_EQ(EscapeLabelValue("\xc3(\xff"), "\\\\xc3(\\\\xff");
  const std::string cut = EscapeLabelValue(std::string(1 << 20, 'x'));
  EXPECT_EQ(cut, std::string(Exposition::kLongestValue, 'x') + "…");
  std::string wide = "x";
  for (int i = 0; i < 200; ++i) wide += "ä";
  EXPECT_THAT(EscapeLabelValue(wide), EndsWith("ä…")) << "characters stay whole";
}

TEST(Exposition, NamesThatReadAlikeAreOneSeries) {
  Exposition exposition;
  exposition.Add(kThings, {{"realm", std::string(300, 'x') + "1"}}, 1);
  exposition.Add(kThings, {{"realm", std::string(300, 'x') + "2"}}, 2);
  EXPECT_THAT(exposition.Text(kBoth), HasSubstr("…\"} 3\n"));
}

TEST(Exposition, HistogramsAreCumulativeWithSumAndCount) {
  LatencyHistogram one;
  one.Add(std::chrono::microseconds(500));
  one.Add(std::chrono::milliseconds(3));
  LatencyHistogram other;
  other.Add(std::chrono::seconds(60));
  Exposition exposition;
  exposition.AddHistogram(kTook, {{"worker", "a"}}, one.counts(), one.sum_microseconds());
  exposition.AddHistogram(kTook, {{"worker", "a"}}, other.counts(), other.sum_microseconds());
  const std::array<std::uint64_t, 2> foreign{1, 1};
  exposition.AddHistogram(kTook, {{"worker", "b"}}, foreign, 5);
  const std::string text = exposition.Text(kBoth);
  EXPECT_THAT(text, HasSubstr("took_seconds_bucket{worker=\"a\",le=\"0.0005\"} 1\n"
                              "took_seconds_bucket{worker=\"a\",le=\"0.001\"} 1\n"
                              "took_seconds_bucket{worker=\"a\",le=\"0.0025\"} 1\n"
                              "took_seconds_bucket{worker=\"a\",le=\"0.005\"} 2\n"));
  EXPECT_THAT(text,
              HasSubstr("le=\"10\"} 2\ntook_seconds_bucket{worker=\"a\",le=\"+Inf\"} 3\n"
                        "took_seconds_sum{worker=\"a\"} 60.0035\ntook_seconds_count{worker=\"a\"} 3\n"));
  EXPECT_THAT(text, Not(HasSubstr("worker=\"b\"")));
}

TEST(Exposition, ComesBackFromTheDiskAsItWas) {
  LatencyHistogram latency;
  latency.Add(std::chrono::milliseconds(3));
  Exposition exposition;
  exposition.Add(kThings, {{"realm", "a\nb"}}, 4);
  exposition.AddHistogram(kTook, {}, latency.counts(), latency.sum_microseconds());
  Exposition again;
  again.Add(exposition.ToMessage());
  EXPECT_EQ(again.Text(kBoth), exposition.Text(kBoth));
  again.Add(exposition.ToMessage());
  EXPECT_THAT(again.Text(kBoth), HasSubstr("{realm=\"a\\nb\"} 8\n"));
}

TEST(Exposition, WhatWasCountedByOtherBoundsIsNotAddedUp) {
  LatencyHistogram latency;
  latency.Add(std::chrono::milliseconds(3));
  Exposition exposition;
  exposition.AddHistogram(kTook, {}, latency.counts(), latency.sum_microseconds());
  internal::EndedCounters other = exposition.ToMessage();
  other.mutable_samples(0)->set_bounds(3, 5001);
  exposition.Add(other);
  EXPECT_THAT(exposition.Text(kBoth), HasSubstr("took_seconds_count 1\n"));
  other.mutable_samples(0)->clear_bounds();  // from before there were any
  exposition.Add(other);
  EXPECT_THAT(exposition.Text(kBoth), HasSubstr("took_seconds_count 2\n"));
}

TEST(MetricCatalogue, NamesAreUniqueAndSayTheirUnit) {
  std::set<std::string_view> names;
  for (const Metric* const metric : metric::kAll) {
    EXPECT_TRUE(names.insert(metric->name).second) << metric->name;
    EXPECT_TRUE(metric->name.starts_with("wampgate_")) << metric->name;
    EXPECT_EQ(metric->name.ends_with("_total"), metric->kind == Metric::Kind::kCounter) << metric->name;
    EXPECT_EQ(metric->help.find('\n'), std::string_view::npos) << metric->name;
  }
}

}  // namespace
}  // namespace wampgate::supervisor
