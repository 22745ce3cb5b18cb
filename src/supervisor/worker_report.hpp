#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/resolved.hpp"
#include "supervisor/listen_sockets.hpp"
#include "supervisor/process_state.hpp"
#include "supervisor/worker_unit.hpp"

namespace wampgate::supervisor {

enum class WorkerState : std::uint8_t {
  kStarting,
  kRunning,  ///< at least one process serves
  kStopping,
  kStopped,  ///< by an operator
  kFailed,   ///< no process serves; they are being tried again
};

/// What is known of one worker.
struct WorkerReport {
  std::string id;
  std::string name;  ///< "workers/w"
  config::WorkerType type = config::WorkerType::kProxy;
  WorkerState state = WorkerState::kStopped;
  std::uint64_t sessions = 0;
  std::uint64_t connections = 0;
  std::vector<ProcessStatus> processes;
  std::map<std::string, std::string> addresses;  ///< transport's resource name → "tcp4:0.0.0.0:8080"
  std::map<std::string, std::uint64_t> sessions_by_transport;
};

/// Fills in what the kernel says of the processes, by reading /proc.
void AddUsage(WorkerReport& report);

WorkerReport ReportOn(const WorkerUnit& unit, const ListenSockets& sockets);

}  // namespace wampgate::supervisor
