#include "supervisor/exposition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>

#include "base/latency_histogram.hpp"
#include "base/utf8.hpp"

namespace wampgate::supervisor {
namespace {

constexpr double kMicroseconds = 1e6;  // of a second

/// At most `most` octets of it, whole characters.
std::string_view Cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
  };
  std::size_t end = most;
  while (end > 0 && continues(end)) --end;
  return text.substr(0, end);
}

std::string Join(Exposition::Labels labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    if (value.empty()) continue;
    if (!text.empty()) text += ',';
    fmt::format_to(std::back_inserter(text), "{}=\"{}\"", name, EscapeLabelValue(value));
  }
  return text;
}

std::string_view TypeOf(Metric::Kind kind) {
  switch (kind) {
    case Metric::Kind::kCounter:
      return "counter";
    case Metric::Kind::kGauge:
      return "gauge";
    case Metric::Kind::kHistogram:
      return "histogram";
  }
  return "untyped";
}

void WriteLine(std::string_view name, std::string_view labels, double value, std::string& text) {
  auto out = std::back_inserter(text);
  if (labels.empty()) {
    fmt::format_to(out, "{} {}\n", name, value);
  } else {
    fmt::format_to(out, "{}{{{}}} {}\n", name, labels, value);
  }
}

}  // namespace

std::string EscapeLabelValue(std::string_view value) {
  const std::string_view cut = Cut(value, Exposition::kLongestValue);
  const bool is_text = IsUtf8(cut);
  std::string escaped;
  for (const char c : cut) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '\n') {
      escaped += "\\n";
    } else if (c == '"' || c == '\\') {
      escaped += '\\';
      escaped += c;
    } else if (octet < 0x20 || octet == 0x7f || (octet >= 0x80 && !is_text)) {
      fmt::format_to(std::back_inserter(escaped), "\\\\x{:02x}", octet);
    } else {
      escaped += c;
    }
  }
  if (cut.size() < value.size()) escaped += "…";
  return escaped;
}

void Exposition::Sample::Add(std::span<const std::uint64_t> more) {
  counts.resize(std::max(counts.size(), more.size()));
  std::transform(more.begin(), more.end(), counts.begin(), counts.begin(), std::plus<>());
}

void Exposition::Add(const Metric& metric, Labels labels, double value) {
  families_[std::string(metric.name)][Join(labels)].value += value;
}

void Exposition::Set(const Metric& metric, Labels labels, double value) {
  families_[std::string(metric.name)][Join(labels)].value = value;
}

void Exposition::AddHistogram(const Metric& metric, Labels labels, std::span<const std::uint64_t> counts,
                              std::uint64_t sum_microseconds) {
  if (counts.size() != LatencyHistogram::kBounds.size() + 1) return;
  Sample& sample = families_[std::string(metric.name)][Join(labels)];
  sample.value += static_cast<double>(sum_microseconds);
  sample.Add(counts);
}

void Exposition::WriteHistogram(std::string_view name, const std::string& labels, const Sample& sample,
                                std::string& text) {
  const std::string bucket = fmt::format("{}_bucket", name);
  const std::string before = labels.empty() ? "" : labels + ",";
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < sample.counts.size(); ++i) {
    count += sample.counts[i];
    const bool has_bound = i < LatencyHistogram::kBounds.size();
    const std::string bound =
        has_bound ? fmt::format("{}", static_cast<double>(LatencyHistogram::kBounds[i]) / kMicroseconds)
                  : "+Inf";
    WriteLine(bucket, fmt::format("{}le=\"{}\"", before, bound), static_cast<double>(count), text);
  }
  WriteLine(fmt::format("{}_sum", name), labels, sample.value / kMicroseconds, text);
  WriteLine(fmt::format("{}_count", name), labels, static_cast<double>(count), text);
}

std::string Exposition::Text(std::span<const Metric* const> metrics) const {
  std::string text;
  for (const Metric* const metric : metrics) {
    fmt::format_to(std::back_inserter(text), "# HELP {} {}\n# TYPE {} {}\n", metric->name, metric->help,
                   metric->name, TypeOf(metric->kind));
    const auto family = families_.find(metric->name);
    if (family == families_.end()) continue;
    for (const auto& [labels, sample] : family->second) {
      if (metric->kind == Metric::Kind::kHistogram) {
        WriteHistogram(metric->name, labels, sample, text);
      } else {
        WriteLine(metric->name, labels, sample.value, text);
      }
    }
  }
  return text;
}

internal::EndedCounters Exposition::ToMessage() const {
  internal::EndedCounters message;
  for (const auto& [name, family] : families_) {
    for (const auto& [labels, sample] : family) {
      auto& one = *message.add_samples();
      one.set_metric(name);
      one.set_labels(labels);
      one.set_value(sample.value);
      if (sample.counts.empty()) continue;
      one.mutable_counts()->Assign(sample.counts.begin(), sample.counts.end());
      one.mutable_bounds()->Assign(LatencyHistogram::kBounds.begin(), LatencyHistogram::kBounds.end());
    }
  }
  return message;
}

void Exposition::Add(const internal::EndedCounters& message) {
  for (const auto& one : message.samples()) {
    if (!one.bounds().empty() && !std::ranges::equal(one.bounds(), LatencyHistogram::kBounds)) continue;
    Sample& sample = families_[one.metric()][one.labels()];
    sample.value += one.value();
    sample.Add({one.counts().data(), static_cast<std::size_t>(one.counts_size())});
  }
}

}  // namespace wampgate::supervisor
