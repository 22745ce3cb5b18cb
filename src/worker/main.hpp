#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/log.hpp"

namespace wampgate::worker {

/// The command line of a worker process, as the supervisor writes it.
struct WorkerArguments {
  std::string control_socket;    ///< path of the supervisor's control socket
  std::string worker;            ///< id of the worker this is a process of
  std::uint32_t process = 0;     ///< index, 0-based
  std::uint64_t generation = 0;  ///< counts the processes this supervisor has started; goes into Hello
  std::string node_directory;    ///< absolute
  log::Level log_level = log::Level::kInfo;
  log::Format log_format = log::Format::kText;
};

/// Runs a worker process until Stop or SIGTERM and returns its exit code: 0 after an orderly end. stdin is
/// /dev/null, stderr is the supervisor's; every other descriptor is closed when it begins.
int RunWorker(const WorkerArguments& arguments);

}  // namespace wampgate::worker
