#include "worker/status_report.hpp"

#include "base/log.hpp"

namespace wampgate::worker {
namespace {

constexpr std::chrono::milliseconds kInterval{1000};

}  // namespace

void StatusReport::Start() {
  timer_.Start(around_.loop.timers(), kInterval, [this] {
    SendNow();
    timer_.Restart(kInterval);
  });
}

void StatusReport::SendNow() {
  around_.send(Collect());
}

internal::Frame StatusReport::Collect() const {
  internal::Frame frame;
  internal::Status& status = *frame.mutable_status();
  const TransportSet::Counters counters = around_.transports.counters();
  status.set_revision(around_.revisions.applied());
  status.set_sessions(around_.sessions.size());
  status.set_connections(counters.connections + around_.sessions.size());
  status.set_accepted_total(counters.accepted);
  status.set_messages_total(around_.sessions.messages());
  status.set_turned_away_total(counters.turned_away);
  status.set_log_lines_dropped(log::dropped());
  for (const auto& [transport, count] : around_.sessions.by_transport()) {
    (*status.mutable_sessions_by_transport())[transport] = count;
  }
  for (const auto& [reason, count] : around_.sessions.ends()) {
    (*status.mutable_ends_by_reason())[std::string(Name(static_cast<EndReason>(reason)))] = count;
  }
  FillCounters(around_.counters, *status.mutable_counters());
  for (const auto& [transport, count] : around_.transports.tls_counts()) {
    internal::TlsCount& tls = *status.mutable_counters()->add_tls();
    tls.set_transport(transport);
    tls.set_handshakes(count.succeeded);
    tls.set_failures(count.failed);
  }
  return frame;
}

}  // namespace wampgate::worker
