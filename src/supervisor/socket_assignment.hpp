#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

namespace wampgate::supervisor {

/// For each socket of an endpoint, the processes that accept from it.
using SocketHolders = std::vector<std::set<std::uint32_t>>;

/// Which serving processes of a worker accept from which of an endpoint's `sockets` sockets: process i from
/// socket i mod `sockets`. A socket without a serving process of its own (dead, not started yet, leaving)
/// goes to one sibling, the one that has it in `present` if that one still serves, and to nobody if no
/// process serves: the kernel then queues.
SocketHolders AssignSockets(std::size_t sockets, const std::set<std::uint32_t>& serving,
                            const SocketHolders& present);

}  // namespace wampgate::supervisor
