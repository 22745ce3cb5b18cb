#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/status.hpp"

namespace wampgate::supervisor {

/// What the kernel keeps for each SO_REUSEPORT group of ours: its listening sockets in the order in which
/// they began to listen, where a socket that leaves is replaced by the last one (net/core/sock_reuseport.c).
/// A classic BPF program chooses by position, so a position must be known to take a socket out of selection.
class ReuseportGroups {
 public:
  /// `socket` begins to listen at `address`.
  void Join(const std::string& address, int socket);
  /// `socket` stops to listen.
  void Leave(const std::string& address, int socket);
  /// Sockets of other programs are in the group too: positions are unknown from now on.
  void MarkForeign(const std::string& address);

  /// Has the kernel choose among the members that are not in `excluded`. Not OK if positions are unknown or
  /// nobody would be left: then the kernel goes on choosing among all.
  Status Exclude(const std::string& address, const std::set<int>& excluded);
  /// Back to the kernel's own choice by hash.
  void SelectAll(const std::string& address);

  const std::vector<int>& members(const std::string& address) { return groups_[address].members; }

 private:
  struct Group {
    std::vector<int> members;
    bool foreign = false;
  };
  std::map<std::string, Group> groups_;
};

/// Connections that wait in the queue of a listening TCP socket to be accepted; 0 for other sockets.
std::uint32_t QueueLength(int socket);

}  // namespace wampgate::supervisor
