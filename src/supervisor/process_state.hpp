#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "supervisor/process_usage.hpp"

namespace wampgate::supervisor {

enum class ProcessState : std::uint8_t {
  kStarting,  ///< exec'd, not yet serving the present revision
  kRunning,   ///< serving
  kStopping,  ///< ends its sessions
  kStopped,   ///< ended because it was told to
  kBackoff,   ///< ended by itself, is started again after a delay
  kDraining,  ///< has no place any more and lives on for its sessions
};
/// "starting", "running", ….
std::string_view Name(ProcessState state);

/// What is known of one process of a worker.
struct ProcessStatus {
  std::uint32_t index = 0;
  ProcessState state = ProcessState::kStopped;
  std::chrono::system_clock::time_point since;       ///< of this state
  pid_t pid = 0;                                     ///< 0 while there is none
  std::chrono::system_clock::time_point start_time;  ///< of the process with that pid
  std::uint32_t restarts = 0;  ///< after ends nobody asked for, since the worker was started
  std::string
      last_exit;  ///< "exit code 1", "killed by signal 9 (SIGKILL)", why it was killed; empty: never ended
  std::uint64_t revision = 0;  ///< applied; 0: none
  std::uint64_t sessions = 0;
  std::uint64_t connections = 0;
  std::uint64_t buffered = 0;  ///< octets of output that peers have not taken
  ProcessUsage usage{};        ///< where it was asked for, see AddUsage
  std::uint64_t generation = 0;
  std::string build_id;                                  ///< of its binary; empty until it has called
  std::chrono::system_clock::time_point drain_deadline;  ///< kDraining; the epoch: none
};

}  // namespace wampgate::supervisor
