#include "supervisor/worker_report.hpp"

#include <algorithm>

namespace wampgate::supervisor {
namespace {

WorkerState StateOf(const WorkerUnit& unit, const std::vector<ProcessStatus>& processes) {
  const auto any = [&](ProcessState state) {
    return std::any_of(processes.begin(), processes.end(),
                       [&](const auto& process) { return process.state == state; });
  };
  if (unit.wanted() == WorkerUnit::Wanted::kStopped) {
    return unit.AllStopped() ? WorkerState::kStopped : WorkerState::kStopping;
  }
  if (any(ProcessState::kRunning)) return WorkerState::kRunning;
  const bool tried = std::any_of(processes.begin(), processes.end(), [](const auto& process) {
    return process.state == ProcessState::kBackoff || process.restarts > 0;
  });
  return tried ? WorkerState::kFailed : WorkerState::kStarting;
}

}  // namespace

void AddUsage(WorkerReport& report) {
  for (auto* processes : {&report.processes, &report.departing}) {
    for (ProcessStatus& process : *processes) {
      if (process.pid != 0) process.usage = UsageOf(process.pid);
    }
  }
}

WorkerReport ReportOn(const WorkerUnit& unit, const ListenSockets& sockets) {
  WorkerReport report;
  report.id = unit.settings().id;
  report.name = unit.settings().name;
  report.type = unit.settings().type;
  for (const auto& [index, process] : unit.processes()) {
    report.processes.push_back(process->Report());
    report.sessions += report.processes.back().sessions;
    report.connections += report.processes.back().connections;
    for (const auto& [transport, sessions] : process->last_status().sessions_by_transport()) {
      report.sessions_by_transport[transport] += sessions;
    }
  }
  report.state = StateOf(unit, report.processes);
  for (const std::string& transport : unit.settings().transports) {
    if (const auto endpoint = sockets.Find(transport)) report.addresses[transport] = endpoint->address;
  }
  return report;
}

}  // namespace wampgate::supervisor
