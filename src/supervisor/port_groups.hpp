#pragma once

#include <map>
#include <set>
#include <string>

#include "base/status.hpp"
#include "net/reuseport_group.hpp"

namespace wampgate::supervisor {

/// The SO_REUSEPORT groups of the node's listening sockets, by bound address.
class PortGroups {
 public:
  /// `socket` has just begun to listen.
  void Join(const std::string& address, int socket);
  /// `socket` listens no more.
  void Leave(const std::string& address, int socket);
  /// Sockets of other programs are in the group: nothing can be taken out of selection from now on.
  void MarkForeign(const std::string& address) { foreign_.insert(address); }

  /// New connections go to none of `leaving` from now on. Not OK if that cannot be had; false if nobody else
  /// is in the group.
  StatusOr<bool> Exclude(const std::string& address, const std::set<int>& leaving);

 private:
  struct Group {
    net::ReuseportGroup kernel;
    std::set<int> members;
  };
  std::map<std::string, Group> groups_;
  std::set<std::string> foreign_;
};

}  // namespace wampgate::supervisor
