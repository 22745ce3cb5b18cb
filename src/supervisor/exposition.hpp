#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wampgate/internal/ended_counters.pb.h"

namespace wampgate::supervisor {

struct Metric {
  enum class Kind : std::uint8_t { kCounter, kGauge, kHistogram };
  std::string_view name;
  Kind kind;
  std::string_view help;
};

/// Values of metrics by their labels, and the text format of Prometheus (version 0.0.4). Label values may be
/// anything: control characters and what is not UTF-8 are shown as \xHH, more than kLongestValue octets are
/// cut; values that then read alike are added up, so that no series appears twice.
class Exposition {
 public:
  static constexpr std::size_t kLongestValue = 256;
  /// Name and value; labels without a value are left out.
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// Adds to what is there.
  void Add(const Metric& metric, Labels labels, double value);
  /// Histograms of durations: `counts` as of a LatencyHistogram; those of another size are left out.
  void AddHistogram(const Metric& metric, Labels labels, std::span<const std::uint64_t> counts,
                    std::uint64_t sum_microseconds);
  /// In the place of what is there.
  void Set(const Metric& metric, Labels labels, double value);

  /// Those of `metrics`, in that order, each with its help and type also where there is no value.
  std::string Text(std::span<const Metric* const> metrics) const;

  /// For the disk.
  internal::EndedCounters ToMessage() const;
  /// Histograms that were counted by other bounds are left out.
  void Add(const internal::EndedCounters& message);

 private:
  struct Sample {
    double value = 0;                   // of histograms: the sum, in microseconds
    std::vector<std::uint64_t> counts;  // of histograms, per bucket
    void Add(std::span<const std::uint64_t> more);
  };
  using Family = std::map<std::string, Sample, std::less<>>;  // by labels, as they are written
  static void WriteHistogram(std::string_view name, const std::string& labels, const Sample& sample,
                             std::string& text);

  std::map<std::string, Family, std::less<>> families_;
};

/// How a label value is written between its quotes.
std::string EscapeLabelValue(std::string_view value);

}  // namespace wampgate::supervisor
