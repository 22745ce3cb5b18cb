#include "supervisor/port_groups.hpp"

#include <cstdint>

#include "base/log.hpp"

namespace wampgate::supervisor {

void PortGroups::Join(const std::string& address, int socket) {
  Group& group = groups_[address];
  group.kernel.Listening(socket);
  group.members.insert(socket);
}

void PortGroups::Recover(const std::string& address, const std::set<int>& members,
                         const std::vector<std::uint64_t>& order) {
  Group& group = groups_[address];
  group.members = members;
  std::set<std::uint64_t> cookies;
  for (const int member : members) cookies.insert(net::SocketCookie(member));
  group.numbered = order.size() == cookies.size() && cookies == std::set(order.begin(), order.end());
  if (group.numbered) group.kernel = net::ReuseportGroup(order);
  // A supervisor that died while sockets left may have excluded some.
  static_cast<void>(net::SelectAllReuseportMembers(*members.begin()));
}

std::vector<internal::PortOrder> PortGroups::orders() const {
  std::vector<internal::PortOrder> orders;
  for (const auto& [address, group] : groups_) {
    if (!group.numbered || foreign_.contains(address)) continue;
    internal::PortOrder& order = orders.emplace_back();
    order.set_address(address);
    order.mutable_cookies()->Assign(group.kernel.order().begin(), group.kernel.order().end());
  }
  return orders;
}

void PortGroups::Leave(const std::string& address, int socket) {
  const auto found = groups_.find(address);
  if (found == groups_.end() || found->second.members.erase(socket) == 0) return;
  if (found->second.members.empty()) {
    groups_.erase(found);
    return;
  }
  if (!found->second.numbered) return;
  const Status status =
      found->second.kernel.Closed(*found->second.members.begin(), net::SocketCookie(socket));
  if (status.ok()) return;
  log::Warning("supervisor", "the kernel cannot be told which sockets of a port take connections",
               {{"address", address}, {"error", Message(status)}});
}

StatusOr<bool> PortGroups::Exclude(const std::string& address, const std::set<int>& leaving) {
  const auto found = groups_.find(address);
  if (found == groups_.end()) return false;
  std::vector<std::uint64_t> cookies;
  for (const int socket : leaving) cookies.push_back(net::SocketCookie(socket));
  if (cookies.size() >= found->second.members.size()) return false;
  if (!found->second.numbered)
    return FailedPrecondition(
        "the supervisor was started anew and does not know the order of the port's sockets");
  if (foreign_.contains(address)) return FailedPrecondition("other programs listen on the port too");
  WAMPGATE_RETURN_IF_ERROR(found->second.kernel.Exclude(*found->second.members.begin(), cookies));
  return true;
}

}  // namespace wampgate::supervisor
