#include "supervisor/returned_sockets.hpp"

#include <sys/socket.h>
#include <sys/stat.h>

#include <map>
#include <set>
#include <string>
#include <utility>

#include "net/listen_socket.hpp"
#include "net/reuseport_group.hpp"
#include "net/socket_address.hpp"
#include "supervisor/bind.hpp"

namespace wampgate::supervisor {
namespace {

using Group = std::map<std::uint32_t, UniqueFd>;                      // sockets by index
using Groups = std::map<std::pair<std::string, std::string>, Group>;  // by transport and address

int Option(int socket, int level, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(socket, level, name, &value, &size) == 0 ? value : 0;
}

bool IsListening(int socket) {
  return Option(socket, SOL_SOCKET, SO_ACCEPTCONN) != 0;
}

bool IsSocketFile(const std::string& path) {
  struct stat there{};
  return path[0] == '@' || (::lstat(path.c_str(), &there) == 0 && S_ISSOCK(there.st_mode));
}

Groups Collect(const std::vector<std::unique_ptr<Orphan>>& orphans, const ActivatedSockets& activated) {
  Groups groups;
  for (const auto& orphan : orphans) {
    for (std::size_t i = 0; i < orphan->sockets().size(); ++i) {
      const HeldSocket& held = orphan->held()[i];
      UniqueFd& socket = orphan->sockets()[i];
      if (!IsListening(socket.get()) || activated.Holds(socket.get())) continue;
      groups[{held.transport, net::BoundAddress(socket.get())}].try_emplace(held.index, std::move(socket));
    }
    orphan->sockets().clear();
  }
  return groups;
}

/// Where a socket is bound, as settings.
net::ListenEndpoint SettingsOf(int socket, const std::string& address) {
  constexpr std::string_view kUnix = "unix:";
  if (address.compare(0, kUnix.size(), kUnix) == 0)
    return net::UnixListen{.path = address.substr(kUnix.size())};
  return net::TcpListen{.port = net::BoundPort(socket)};
}

std::shared_ptr<ListenEndpoint> MakeEndpoint(const Group& group, const std::string& address,
                                             net::ListenEndpoint settings) {
  auto endpoint = std::make_shared<ListenEndpoint>();
  endpoint->settings = std::move(settings);
  endpoint->address = address;
  endpoint->port = net::BoundPort(group.begin()->second.get());
  if (const auto* local = std::get_if<net::UnixListen>(&endpoint->settings))
    endpoint->file = SocketFile::At(local->path);
  return endpoint;
}

/// With the settings in effect and no place empty.
StatusOr<std::shared_ptr<ListenEndpoint>> MakeServing(Group group, const std::string& address,
                                                      const net::ListenEndpoint& settings) {
  std::shared_ptr<ListenEndpoint> endpoint = MakeEndpoint(group, address, settings);
  const int backlog = std::visit([](const auto& listen) { return listen.backlog; }, settings);
  for (auto& [index, socket] : group) {
    while (endpoint->sockets.size() < index) {
      WAMPGATE_ASSIGN_OR_RETURN(BoundSockets bound,
                                BindEndpoint({.settings = endpoint->Bound(), .company = Company::kOurs}));
      endpoint->sockets.push_back({std::move(bound.sockets.front()), false});
    }
    UpdateSocket(socket.get(), settings);
    static_cast<void>(net::StartListening(socket.get(), backlog));
    endpoint->sockets.push_back({std::move(socket), true});
  }
  return endpoint;
}

std::shared_ptr<ListenEndpoint> MakeLeaving(Group group, const std::string& address) {
  const int first = group.begin()->second.get();
  std::shared_ptr<ListenEndpoint> endpoint = MakeEndpoint(group, address, SettingsOf(first, address));
  for (auto& [index, socket] : group) endpoint->sockets.push_back({std::move(socket), true});
  return endpoint;
}

/// The group a transport is to have: under its own name first, then one that moved to this name.
Groups::iterator FindGroup(Groups& groups, const config::Transport& transport,
                           const std::set<std::string>& names) {
  const auto* tcp = std::get_if<net::TcpListen>(&transport.endpoint);
  const bool any_port = tcp != nullptr && tcp->port == 0;
  for (auto group = groups.begin(); group != groups.end(); ++group) {
    if (group->first.first == transport.name &&
        Suits(group->second.begin()->second.get(), transport.endpoint))
      return group;
  }
  for (auto group = groups.begin(); !any_port && group != groups.end(); ++group) {
    if (!names.contains(group->first.first) && Suits(group->second.begin()->second.get(), transport.endpoint))
      return group;
  }
  return groups.end();
}

}  // namespace

bool Suits(int socket, const net::ListenEndpoint& settings) {
  const std::string address = net::BoundAddress(socket);
  if (const auto* local = std::get_if<net::UnixListen>(&settings))
    return address == net::ToString(settings) && IsSocketFile(local->path);
  net::TcpListen tcp = std::get<net::TcpListen>(settings);
  const std::uint16_t port = net::BoundPort(socket);
  const std::uint16_t last = std::max(tcp.port, tcp.port_range_end);
  if (port == 0 || (tcp.port != 0 && (port < tcp.port || port > last))) return false;
  const auto wanted = net::IpAddress(tcp.version, tcp.interface, port);
  if (!wanted) return false;
  const std::string ip = net::ToIpText(*wanted).ip;
  if (wanted->family() == AF_INET) tcp.version = net::IpVersion::k4;
  tcp.interface = ip == "::" || ip == "0.0.0.0" ? "" : ip;
  tcp.port = port;
  tcp.port_range_end = 0;
  return net::ToString(tcp) == address;
}

StatusOr<ListenTable> ReturnedSockets(const std::vector<std::unique_ptr<Orphan>>& orphans,
                                      const config::Node& next, const ActivatedSockets& activated) {
  Groups groups = Collect(orphans, activated);
  std::set<std::string> names;
  for (const config::Worker& worker : next.workers) {
    for (const config::Transport& transport : worker.transports) names.insert(transport.name);
  }
  ListenTable table;
  for (const config::Worker& worker : next.workers) {
    for (const config::Transport& transport : worker.transports) {
      const auto found = FindGroup(groups, transport, names);
      if (found == groups.end()) continue;
      WAMPGATE_ASSIGN_OR_RETURN(table[transport.name], MakeServing(std::move(found->second),
                                                                   found->first.second, transport.endpoint));
      groups.erase(found);
    }
  }
  for (auto& [key, group] : groups) {
    table[key.first + " at " + key.second] = MakeLeaving(std::move(group), key.second);
  }
  return table;
}

}  // namespace wampgate::supervisor
