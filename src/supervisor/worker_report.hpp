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

/// Of a transport that an operator drains.
enum class DrainState : std::uint8_t { kDraining, kDrained };

/// What is known of one worker.
struct WorkerReport {
  std::string id;
  std::string name;  ///< "workers/w"
  config::WorkerType type = config::WorkerType::kProxy;
  WorkerState state = WorkerState::kStopped;
  std::uint64_t sessions = 0;
  std::uint64_t connections = 0;
  std::vector<ProcessStatus> processes;
  std::vector<ProcessStatus> departing;  ///< that have no place any more and live on for their sessions
  std::map<std::string, std::string> addresses;  ///< transport's resource name → "tcp4:0.0.0.0:8080"
  std::map<std::string, std::uint64_t> sessions_by_transport;
  std::map<std::string, DrainState> drains;  ///< by transport's resource name
};

/// Fills in what the kernel says of the processes, by reading /proc.
void AddUsage(WorkerReport& report);

WorkerReport ReportOn(const WorkerUnit& unit, const ListenSockets& sockets);

}  // namespace wampgate::supervisor
