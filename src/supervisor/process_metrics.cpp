#include "supervisor/process_metrics.hpp"

#include <algorithm>
#include <cstdint>

#include "base/end_reason.hpp"
#include "base/latency_histogram.hpp"
#include "supervisor/metric_catalogue.hpp"

namespace wampgate::supervisor {
namespace {

double Value(std::uint64_t count) {
  return static_cast<double>(count);
}

void AddFlow(std::string_view worker, std::string_view peer, const internal::Flow& flow,
             Exposition& exposition) {
  exposition.Add(metric::kBytes, {{"worker", worker}, {"peer", peer}, {"direction", "in"}},
                 Value(flow.octets_in()));
  exposition.Add(metric::kBytes, {{"worker", worker}, {"peer", peer}, {"direction", "out"}},
                 Value(flow.octets_out()));
  if (peer == "other") return;  // no messages there
  exposition.Add(metric::kMessages, {{"worker", worker}, {"peer", peer}, {"direction", "in"}},
                 Value(flow.messages_in()));
  exposition.Add(metric::kMessages, {{"worker", worker}, {"peer", peer}, {"direction", "out"}},
                 Value(flow.messages_out()));
}

void AddHistogram(const Metric& metric, Exposition::Labels labels, const internal::Histogram& histogram,
                  Exposition& exposition) {
  const auto& bounds = histogram.bounds_microseconds();
  if (!bounds.empty() && !std::ranges::equal(bounds, LatencyHistogram::kBounds)) return;
  exposition.AddHistogram(metric, labels,
                          {histogram.counts().data(), static_cast<std::size_t>(histogram.counts_size())},
                          histogram.sum_microseconds());
}

}  // namespace

std::uint64_t BufferedOctets(const internal::Counters& counters) {
  return counters.clients().buffered() + counters.backends().buffered() + counters.others().buffered();
}

std::string_view BoundedNames::Admit(std::string_view name) {
  if (names_.contains(name)) return name;
  if (names_.size() >= most_) return "other";
  names_.emplace(name);
  return name;
}

// "workers/w/transports/t" → "t".
std::string_view ProcessMetrics::Transport(std::string_view name) {
  constexpr std::string_view kTransports = "/transports/";
  const std::size_t at = name.find(kTransports);
  return transports_.Admit(at == std::string_view::npos ? name : name.substr(at + kTransports.size()));
}

// "workers/w/backends/b" → "b"; "workers/w/transports/t/paths/p/backends/b" →
// "transports/t/paths/p/backends/b".
std::string_view ProcessMetrics::Backend(std::string_view name) {
  constexpr std::string_view kWorkers = "workers/", kBackends = "backends/";
  if (name.starts_with(kWorkers)) {
    const std::size_t end = name.find('/', kWorkers.size());
    if (end != std::string_view::npos) name.remove_prefix(end + 1);
    if (name.starts_with(kBackends)) name.remove_prefix(kBackends.size());
  }
  return name.empty() ? name : backends_.Admit(name);
}

void ProcessMetrics::AddCounters(std::string_view worker_id, const internal::Status& status,
                                 Exposition& exposition) {
  const std::string_view worker = workers_.Admit(worker_id);
  const internal::Counters& counters = status.counters();
  exposition.Add(metric::kAccepted, {{"worker", worker}}, Value(status.accepted_total()));
  exposition.Add(metric::kTurnedAway, {{"worker", worker}}, Value(status.turned_away_total()));
  exposition.Add(metric::kLogLinesDropped, {{"worker", worker}}, Value(status.log_lines_dropped()));
  AddFlow(worker, "client", counters.clients(), exposition);
  AddFlow(worker, "backend", counters.backends(), exposition);
  AddFlow(worker, "other", counters.others(), exposition);
  for (const internal::TlsCount& count : counters.tls()) {
    const std::string_view transport = Transport(count.transport());
    exposition.Add(metric::kTlsHandshakes,
                   {{"worker", worker}, {"transport", transport}, {"result", "secured"}},
                   Value(count.handshakes()));
    exposition.Add(metric::kTlsHandshakes,
                   {{"worker", worker}, {"transport", transport}, {"result", "failed"}},
                   Value(count.failures()));
  }
  for (const internal::RealmCount& count : counters.realms()) {
    exposition.Add(
        metric::kJoins,
        {{"worker", worker}, {"realm", realms_.Admit(count.realm())}, {"backend", Backend(count.backend())}},
        Value(count.joins()));
  }
  double slow = 0;
  for (const internal::EndCount& end : counters.ends()) {
    if (end.reason() == Name(EndReason::kSlowConsumer)) slow += Value(end.count());
    if (end.stage() == "open") {
      exposition.Add(metric::kSessionsEnded, {{"worker", worker}, {"reason", end.reason()}},
                     Value(end.count()));
    } else {
      exposition.Add(metric::kRefusals,
                     {{"worker", worker}, {"stage", end.stage()}, {"reason", end.reason()}},
                     Value(end.count()));
    }
  }
  exposition.Add(metric::kSlowConsumers, {{"worker", worker}}, slow);
  exposition.Add(metric::kDropped, {{"worker", worker}}, Value(counters.messages_dropped()));
  exposition.Add(metric::kUnexpressible, {{"worker", worker}}, Value(counters.messages_unexpressible()));
  exposition.Add(metric::kTooLong, {{"worker", worker}}, Value(counters.messages_too_long()));
  AddHistogram(metric::kLoopLag, {{"worker", worker}}, counters.loop_lag(), exposition);
  for (const internal::BackendCount& count : counters.routers()) {
    const std::string_view backend = Backend(count.backend());
    exposition.Add(metric::kBackendFailures, {{"worker", worker}, {"backend", backend}},
                   Value(count.failures()));
    exposition.Add(metric::kBackendRefusals, {{"worker", worker}, {"backend", backend}},
                   Value(count.refusals()));
    AddHistogram(metric::kBackendJoin, {{"worker", worker}, {"backend", backend}}, count.join_latency(),
                 exposition);
  }
}

void ProcessMetrics::AddPresent(std::string_view worker_id, const internal::Status& status,
                                Exposition& exposition) {
  const std::string_view worker = workers_.Admit(worker_id);
  const internal::Counters& counters = status.counters();
  exposition.Add(metric::kConnections, {{"worker", worker}}, Value(status.connections()));
  exposition.Add(metric::kBuffered, {{"worker", worker}, {"peer", "client"}},
                 Value(counters.clients().buffered()));
  exposition.Add(metric::kBuffered, {{"worker", worker}, {"peer", "backend"}},
                 Value(counters.backends().buffered()));
  exposition.Add(metric::kBuffered, {{"worker", worker}, {"peer", "other"}},
                 Value(counters.others().buffered()));
  for (const internal::RealmCount& count : counters.realms()) {
    exposition.Add(
        metric::kSessions,
        {{"worker", worker}, {"realm", realms_.Admit(count.realm())}, {"backend", Backend(count.backend())}},
        Value(count.open()));
  }
  for (const internal::BackendCount& count : counters.routers()) {
    if (count.health().empty()) continue;
    exposition.Add(metric::kBackendProcesses,
                   {{"worker", worker}, {"backend", Backend(count.backend())}, {"health", count.health()}},
                   1);
  }
}

}  // namespace wampgate::supervisor
