#pragma once

#include <string>
#include <vector>

#include "base/fd.hpp"
#include "supervisor/disk.hpp"
#include "wampgate/internal/process_record.pb.h"

namespace wampgate::supervisor {

/// A worker process that a supervisor which died left behind.
struct Leftover {
  internal::ProcessRecord record;
  UniqueFd pidfd;
};

/// What is known of the run before.
struct Leftovers {
  std::vector<Leftover> processes;
  std::vector<internal::PortOrder> ports;
};

/// The processes that the record in the node directory names, if pid, start time and owner are still those,
/// and those whose command line says that they are workers of this node: so that a record that is damaged,
/// missing or behind loses none. To be called with the lock of the node directory held.
Leftovers FindLeftovers(Disk& disk, const std::string& record_path, const std::string& control_socket);

}  // namespace wampgate::supervisor
