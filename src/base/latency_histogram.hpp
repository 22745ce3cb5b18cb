#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace wampgate {

/// How long things took: counts by fixed upper bounds, the same in every process of a node. One thread.
class LatencyHistogram {
 public:
  /// Microseconds, ascending; a value belongs to the first bound that it does not exceed.
  static constexpr std::array<std::uint64_t, 14> kBounds{500,     1000,    2500,    5000,    10000,
                                                         25000,   50000,   100000,  250000,  500000,
                                                         1000000, 2500000, 5000000, 10000000};
  /// Per bound, and those above the last.
  using Counts = std::array<std::uint64_t, kBounds.size() + 1>;

  /// Negative durations count as 0.
  void Add(std::chrono::steady_clock::duration took) {
    const auto microseconds = static_cast<std::uint64_t>(
        std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count(), 0));
    const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), microseconds);
    ++counts_[static_cast<std::size_t>(bound - kBounds.begin())];
    sum_ += microseconds;
  }
  const Counts& counts() const { return counts_; }
  std::uint64_t sum_microseconds() const { return sum_; }

 private:
  Counts counts_{};
  std::uint64_t sum_ = 0;
};

/// The bound that `percent` of 100 values do not exceed; the last bound if it is above all. Absent without
/// values. `counts` are those of a LatencyHistogram.
inline std::optional<std::chrono::microseconds> Percentile(std::span<const std::uint64_t> counts,
                                                           unsigned percent) {
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts) total += count;
  if (total == 0) return std::nullopt;
  const std::uint64_t wanted = (total * percent + 99) / 100;
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  while (bucket + 1 < counts.size() && (seen += counts[bucket]) < wanted) ++bucket;
  return std::chrono::microseconds(
      LatencyHistogram::kBounds[std::min(bucket, LatencyHistogram::kBounds.size() - 1)]);
}

}  // namespace wampgate
