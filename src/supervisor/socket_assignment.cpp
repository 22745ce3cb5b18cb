#include "supervisor/socket_assignment.hpp"

#include <iterator>

namespace wampgate::supervisor {

SocketHolders AssignSockets(std::size_t sockets, const std::set<std::uint32_t>& serving,
                            const SocketHolders& present) {
  SocketHolders holders(sockets);
  if (sockets == 0 || serving.empty()) return holders;
  for (const std::uint32_t process : serving) holders[process % sockets].insert(process);
  for (std::size_t socket = 0; socket < sockets; ++socket) {
    if (!holders[socket].empty()) continue;
    if (socket < present.size()) {
      for (const std::uint32_t process : present[socket]) {
        if (!serving.contains(process)) continue;
        holders[socket].insert(process);
        break;
      }
    }
    if (!holders[socket].empty()) continue;
    const auto turn = static_cast<std::ptrdiff_t>(socket % serving.size());
    holders[socket].insert(*std::next(serving.begin(), turn));
  }
  return holders;
}

}  // namespace wampgate::supervisor
