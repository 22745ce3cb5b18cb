#pragma once

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "base/status.hpp"

namespace wampgate::management {

/// Who was at the other end of a Unix socket when it connected.
struct LocalPeer {
  uid_t uid = 0;
  pid_t pid = 0;
  std::vector<gid_t> groups;  ///< the primary one first, then the supplementary ones
};

/// SO_PEERCRED and SO_PEERGROUPS of a connected Unix socket.
StatusOr<LocalPeer> ReadPeer(int socket);

/// The connections that were handed to gRPC, by descriptor number: all that gRPC says of them is "fd:N".
///
/// gRPC closes the descriptor when the last call on it is gone, so that during a call the number is still
/// that connection's. Should it ever not be (a call that outlives its connection, a number that something
/// else has by now), the socket's inode number, which no two living sockets share, tells: Find gives nothing
/// then, never somebody else. From any thread.
class PeerTable {
 public:
  /// Before the socket is handed over. Replaces what had the number before.
  Status Add(int socket);
  /// `peer` as gRPC names it.
  std::optional<LocalPeer> Find(std::string_view peer) const;
  /// How many of the connections are still open; forgets the others.
  std::size_t CountOpen();

 private:
  struct Entry {
    ino_t inode = 0;
    LocalPeer peer;
  };

  mutable std::mutex mutex_;
  std::map<int, Entry> entries_;
};

}  // namespace wampgate::management
