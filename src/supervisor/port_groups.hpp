#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "net/reuseport_group.hpp"
#include "wampgate/internal/process_record.pb.h"

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

  /// A process of a supervisor that died gave back `members`, which listen. Unless `order` (cookies, of that
  /// supervisor) holds just them, it is not known how the kernel numbers them.
  void Recover(const std::string& address, const std::set<int>& members,
               const std::vector<std::uint64_t>& order);
  /// Of the groups whose order is known.
  std::vector<internal::PortOrder> orders() const;

  /// New connections go to none of `leaving` from now on. Not OK if that cannot be had; false if nobody else
  /// is in the group.
  StatusOr<bool> Exclude(const std::string& address, const std::set<int>& leaving);

 private:
  struct Group {
    net::ReuseportGroup kernel;
    std::set<int> members;
    bool numbered = true;  // the order is known
  };
  std::map<std::string, Group> groups_;
  std::set<std::string> foreign_;
};

}  // namespace wampgate::supervisor
