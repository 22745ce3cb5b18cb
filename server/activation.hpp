#pragma once

#include <string>
#include <vector>

#include "base/fd.hpp"

namespace wampgate::server {

struct PassedSockets {
  std::vector<UniqueFd> listening;   ///< stream sockets that listen
  std::vector<std::string> refused;  ///< names of descriptors of other kinds; they are closed
};

/// What the service manager passed to this process (sd_listen_fds(3)). Once, before threads are started: the
/// environment variables are removed, so that no other program takes them for its own.
PassedSockets TakePassedSockets();

}  // namespace wampgate::server
