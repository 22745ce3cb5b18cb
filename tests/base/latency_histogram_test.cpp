#include "base/latency_histogram.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace wampgate {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(LatencyHistogram, PutsAValueUnderTheFirstBoundThatItDoesNotExceed) {
  LatencyHistogram histogram;
  histogram.Add(microseconds(-5));
  histogram.Add(microseconds(500));
  histogram.Add(microseconds(501));
  histogram.Add(seconds(10));
  histogram.Add(seconds(11));
  EXPECT_EQ(histogram.counts()[0], 2u);
  EXPECT_EQ(histogram.counts()[1], 1u);
  EXPECT_EQ(histogram.counts()[LatencyHistogram::kBounds.size() - 1], 1u);
  EXPECT_EQ(histogram.counts().back(), 1u);
  EXPECT_EQ(std::accumulate(histogram.counts().begin(), histogram.counts().end(), 0u), 5u);
  EXPECT_EQ(histogram.sum_microseconds(), 500u + 501u + 21000000u);
}

TEST(LatencyHistogram, APercentileIsTheBoundOfItsBucket) {
  LatencyHistogram histogram;
  EXPECT_EQ(Percentile(histogram.counts(), 99), std::nullopt);
  for (int i = 0; i < 99; ++i) histogram.Add(milliseconds(4));
  histogram.Add(milliseconds(400));
  EXPECT_EQ(Percentile(histogram.counts(), 50), milliseconds(5));
  EXPECT_EQ(Percentile(histogram.counts(), 99), milliseconds(5));
  EXPECT_EQ(Percentile(histogram.counts(), 100), milliseconds(500));
  LatencyHistogram slow;
  slow.Add(seconds(60));
  EXPECT_EQ(Percentile(slow.counts(), 99), seconds(10)) << "more than that is not known";
}

}  // namespace
}  // namespace wampgate
