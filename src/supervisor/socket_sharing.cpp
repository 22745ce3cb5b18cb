#include "supervisor/socket_sharing.hpp"

#include <algorithm>

#include "net/reuseport_group.hpp"

namespace wampgate::supervisor {

void SocketSharing::Received(std::uint32_t process, const std::string& transport) {
  const auto endpoint = sockets_.Find(transport);
  if (endpoint == nullptr || endpoint->sockets.empty()) return;
  SocketHolders& holders = holders_[transport];
  holders.resize(endpoint->sockets.size());
  for (std::set<std::uint32_t>& socket : holders) socket.erase(process);
  holders[process % holders.size()].insert(process);
}

void SocketSharing::Holds(std::uint32_t process, const HeldSocket& held) {
  const auto endpoint = sockets_.Find(held.transport);
  if (endpoint == nullptr) return;
  SocketHolders& holders = holders_[held.transport];
  holders.resize(endpoint->sockets.size());
  if (held.index >= holders.size()) return;
  if (net::SocketCookie(endpoint->sockets[held.index].fd.get()) == held.cookie)
    holders[held.index].insert(process);
}

void SocketSharing::Ended(std::uint32_t process) {
  for (auto& [transport, holders] : holders_) {
    for (std::set<std::uint32_t>& socket : holders) socket.erase(process);
  }
}

void SocketSharing::Leave(Process& process) {
  Places places;
  for (const auto& [transport, holders] : holders_) {
    for (std::size_t socket = 0; socket < holders.size(); ++socket) {
      if (holders[socket].contains(process.index())) places.emplace_back(transport, socket);
    }
  }
  if (!places.empty()) SendRelease(process, places);
  Ended(process.index());
}

void SocketSharing::Keep(const std::vector<std::string>& transports) {
  std::erase_if(holders_, [&](const auto& entry) {
    return std::find(transports.begin(), transports.end(), entry.first) == transports.end();
  });
  for (const std::string& transport : transports) holders_[transport];
}

void SocketSharing::Rebalance(const std::map<std::uint32_t, Process*>& serving) {
  std::set<std::uint32_t> indexes;
  for (const auto& [index, process] : serving) indexes.insert(index);
  std::map<std::uint32_t, Places> adopt;
  std::map<std::uint32_t, Places> release;
  for (auto& [transport, present] : holders_) {
    const auto endpoint = sockets_.Find(transport);
    const std::size_t count = endpoint == nullptr ? 0 : endpoint->sockets.size();
    SocketHolders wanted = AssignSockets(count, indexes, present);
    for (std::size_t socket = 0; socket < std::max(count, present.size()); ++socket) {
      const std::set<std::uint32_t> none;
      const auto& before = socket < present.size() ? present[socket] : none;
      const auto& after = socket < count ? wanted[socket] : none;
      for (const std::uint32_t process : after) {
        if (!before.contains(process)) adopt[process].emplace_back(transport, socket);
      }
      for (const std::uint32_t process : before) {
        if (!after.contains(process) && indexes.contains(process))
          release[process].emplace_back(transport, socket);
      }
    }
    present = std::move(wanted);
  }
  for (const auto& [process, places] : adopt) SendAdopt(*serving.at(process), places);
  for (const auto& [process, places] : release) SendRelease(*serving.at(process), places);
}

void SocketSharing::Remind(Process& process) {
  Places places;
  for (const auto& [transport, holders] : holders_) {
    for (std::size_t socket = 0; socket < holders.size(); ++socket) {
      const bool own = process.index() % holders.size() == socket;
      if (!own && holders[socket].contains(process.index())) places.emplace_back(transport, socket);
    }
  }
  if (!places.empty()) SendAdopt(process, places);
}

void SocketSharing::SendAdopt(Process& process, const Places& places) {
  internal::AdoptSockets adopt;
  std::vector<UniqueFd> descriptors;
  for (const auto& [transport, index] : places) {
    const auto endpoint = sockets_.Find(transport);
    UniqueFd copy = endpoint->sockets[index].fd.Duplicate();
    if (!copy) continue;
    internal::ListenSocket& socket = *adopt.add_sockets();
    socket.set_transport(transport);
    socket.set_index(static_cast<std::uint32_t>(index));
    socket.set_address(endpoint->address);
    descriptors.push_back(std::move(copy));
  }
  process.Adopt(adopt, std::move(descriptors));
}

void SocketSharing::SendRelease(Process& process, const Places& places) {
  internal::ReleaseSockets release;
  for (const auto& [transport, index] : places) {
    internal::ListenSocket& socket = *release.add_sockets();
    socket.set_transport(transport);
    socket.set_index(static_cast<std::uint32_t>(index));
  }
  process.Release(release);
}

}  // namespace wampgate::supervisor
