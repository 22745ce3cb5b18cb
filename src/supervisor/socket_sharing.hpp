#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "supervisor/listen_sockets.hpp"
#include "supervisor/process.hpp"
#include "supervisor/socket_assignment.hpp"

namespace wampgate::supervisor {

/// Who of one worker's processes accepts from which of its sockets, and the frames that keep it so. Loop's
/// thread only.
class SocketSharing {
 public:
  explicit SocketSharing(const ListenSockets& sockets) : sockets_(sockets) {}

  /// At a commit, `process` has got its own socket of `transport` and lost what else it had of it.
  void Received(std::uint32_t process, const std::string& transport);
  /// A process that is taken over accepts from this one already.
  void Holds(std::uint32_t process, const HeldSocket& socket);
  /// It holds nothing any more.
  void Ended(std::uint32_t process);
  /// Has a living process stop accepting.
  void Leave(Process& process);
  /// Forgets transports that are not in `transports`.
  void Keep(const std::vector<std::string>& transports);

  /// Gives each socket to those who should have it now: `serving` by index.
  void Rebalance(const std::map<std::uint32_t, Process*>& serving);
  /// Tells a process that redialled what it adopted before.
  void Remind(Process& process);

  const std::map<std::string, SocketHolders>& holders() const { return holders_; }

 private:
  using Places = std::vector<std::pair<std::string, std::size_t>>;  // transport, socket
  void SendAdopt(Process& process, const Places& places);
  static void SendRelease(Process& process, const Places& places);

  const ListenSockets& sockets_;
  std::map<std::string, SocketHolders> holders_;
};

}  // namespace wampgate::supervisor
