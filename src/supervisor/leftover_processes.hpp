#pragma once

#include <chrono>
#include <string>

#include "supervisor/disk.hpp"

namespace wampgate::supervisor {

/// Ends the worker processes that a supervisor which died left behind, as the record in the node directory
/// names them: SIGTERM, and SIGKILL to those that are left after `grace`. A process counts only if its start
/// time and owner are those of the record too. Blocks until they are gone; to be called with the lock of the
/// node directory held.
void EndLeftoverProcesses(Disk& disk, const std::string& record_path, std::chrono::milliseconds grace);

}  // namespace wampgate::supervisor
