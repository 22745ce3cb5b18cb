#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "control/channel.hpp"
#include "control/socket.hpp"
#include "wampgate/internal/control.pb.h"

namespace wampgate::supervisor {

/// A listening socket that a process says it accepts from.
struct HeldSocket {
  std::string transport;  ///< resource name, in the revision that the process has applied
  std::uint32_t index = 0;
  std::uint64_t cookie = 0;  ///< SO_COOKIE: the same for every duplicate
};

/// A process that has said Hello on the control socket.
struct Arrival {
  control::Credentials peer;  ///< by SO_PEERCRED
  internal::Hello hello;
  std::vector<HeldSocket> held;
  std::vector<UniqueFd> sockets;  ///< duplicates of those held, in the same order
  std::unique_ptr<control::Channel> channel;
};

}  // namespace wampgate::supervisor
