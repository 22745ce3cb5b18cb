#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>
#include <unistd.h>

#include <algorithm>
#include <span>
#include <string>

#include "base/latency_histogram.hpp"
#include "base/log.hpp"
#include "supervisor/node_view.hpp"
#include "supervisor/process_metrics.hpp"
#include "supervisor/process_queries.hpp"
#include "supervisor/process_usage.hpp"

namespace wampgate::supervisor {
namespace {

using google::protobuf::util::TimeUtil;

void FillUsage(pid_t pid, v1::ProcessStatistics& statistics) {
  const ProcessUsage usage = UsageOf(pid);
  statistics.set_pid(pid);
  *statistics.mutable_cpu_time() = TimeUtil::MillisecondsToDuration(usage.cpu_time.count());
  statistics.set_memory_resident(usage.memory_resident);
  statistics.set_memory_private(usage.memory_private);
  for (const auto& [kind, octets] : usage.memory_by_kind) {
    (*statistics.mutable_memory_by_kind())[std::string(kind)] = octets;
  }
  statistics.set_descriptors(usage.descriptors);
  statistics.set_descriptors_limit(usage.descriptors_limit);
}

void SetLoopLag(std::span<const std::uint64_t> samples, v1::ProcessStatistics& statistics) {
  constexpr unsigned kPercent = 99;
  if (const auto lag = Percentile(samples, kPercent)) {
    *statistics.mutable_loop_lag_p99() = TimeUtil::MicrosecondsToDuration(lag->count());
  }
}

void FillCounters(const internal::Status& status, v1::ProcessStatistics& statistics) {
  statistics.set_connections(status.connections());
  statistics.set_sessions(status.sessions());
  statistics.set_accepted_total(status.accepted_total());
  statistics.set_turned_away_total(status.turned_away_total());
  statistics.set_messages_total(status.messages_total());
  statistics.set_log_lines_dropped(status.log_lines_dropped());
  *statistics.mutable_ends_by_reason() = status.ends_by_reason();
  const internal::Counters& counters = status.counters();
  statistics.set_octets_in_total(counters.clients().octets_in() + counters.backends().octets_in());
  statistics.set_octets_out_total(counters.clients().octets_out() + counters.backends().octets_out());
  statistics.set_buffered(BufferedOctets(counters));
  (*statistics.mutable_memory_by_kind())["buffers"] = statistics.buffered();
  SetLoopLag(
      {counters.loop_lag().counts().data(), static_cast<std::size_t>(counters.loop_lag().counts_size())},
      statistics);
}

void AddTo(v1::ProcessStatistics& total, const v1::ProcessStatistics& one) {
  *total.mutable_cpu_time() += one.cpu_time();
  total.set_memory_resident(total.memory_resident() + one.memory_resident());
  total.set_memory_private(total.memory_private() + one.memory_private());
  total.set_descriptors(total.descriptors() + one.descriptors());
  total.set_connections(total.connections() + one.connections());
  total.set_sessions(total.sessions() + one.sessions());
  total.set_accepted_total(total.accepted_total() + one.accepted_total());
  total.set_turned_away_total(total.turned_away_total() + one.turned_away_total());
  total.set_messages_total(total.messages_total() + one.messages_total());
  total.set_log_lines_dropped(total.log_lines_dropped() + one.log_lines_dropped());
  total.set_octets_in_total(total.octets_in_total() + one.octets_in_total());
  total.set_octets_out_total(total.octets_out_total() + one.octets_out_total());
  total.set_buffered(total.buffered() + one.buffered());
  for (const auto& [kind, octets] : one.memory_by_kind()) (*total.mutable_memory_by_kind())[kind] += octets;
  for (const auto& [reason, count] : one.ends_by_reason()) (*total.mutable_ends_by_reason())[reason] += count;
}

}  // namespace

void FillStatistics(const ProcessTable& table, v1::Statistics& statistics) {
  *statistics.mutable_time() = TimeUtil::GetCurrentTime();
  LatencyHistogram::Counts lag{};
  v1::ProcessStatistics& supervisor = *statistics.add_processes();
  supervisor.set_process("supervisor");
  FillUsage(::getpid(), supervisor);
  supervisor.set_log_lines_dropped(log::dropped());
  for (const auto& [generation, process] : table.all()) {
    v1::ProcessStatistics& one = *statistics.add_processes();
    one.set_process(ProcessName(*process));
    FillUsage(process->pid(), one);
    FillCounters(process->last_status(), one);
    const auto& samples = process->last_status().counters().loop_lag().counts();
    for (int i = 0; i < std::min<int>(samples.size(), static_cast<int>(lag.size())); ++i) {
      lag[static_cast<std::size_t>(i)] += samples[i];
    }
  }
  std::sort(statistics.mutable_processes()->begin() + 1, statistics.mutable_processes()->end(),
            [](const auto& a, const auto& b) { return a.process() < b.process(); });
  for (const v1::ProcessStatistics& one : statistics.processes()) AddTo(*statistics.mutable_total(), one);
  SetLoopLag(lag, *statistics.mutable_total());
}

}  // namespace wampgate::supervisor
