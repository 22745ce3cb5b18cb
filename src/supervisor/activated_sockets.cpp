#include "supervisor/activated_sockets.hpp"

#include <fcntl.h>

#include <algorithm>
#include <utility>

#include "net/listen_socket.hpp"
#include "net/reuseport_group.hpp"
#include "net/socket_address.hpp"

namespace wampgate::supervisor {
namespace {

/// How net::BoundAddress spells a socket of these settings on this port; empty if the interface is no
/// address.
std::string AddressAt(net::TcpListen tcp, std::uint16_t port) {
  const auto address = net::IpAddress(tcp.version, tcp.interface, port);
  if (!address) return "";
  const std::string ip = net::ToIpText(*address).ip;
  if (address->family() == AF_INET) tcp.version = net::IpVersion::k4;
  tcp.interface = ip == "::" || ip == "0.0.0.0" ? "" : ip;
  tcp.port = port;
  tcp.port_range_end = 0;
  return net::ToString(tcp);
}

}  // namespace

ActivatedSockets::ActivatedSockets(std::vector<UniqueFd> sockets) : sockets_(std::move(sockets)) {
  for (const UniqueFd& socket : sockets_) {
    ::fcntl(socket.get(), F_SETFL, ::fcntl(socket.get(), F_GETFL) | O_NONBLOCK);
  }
}

std::vector<UniqueFd> ActivatedSockets::At(const net::ListenEndpoint& settings) const {
  const auto bound_at = [this](const std::string& address) {
    std::vector<UniqueFd> found;
    for (const UniqueFd& socket : sockets_) {
      if (net::BoundAddress(socket.get()) == address) found.push_back(socket.Duplicate());
    }
    return found;
  };
  const auto* tcp = std::get_if<net::TcpListen>(&settings);
  if (tcp == nullptr) return bound_at(net::ToString(settings));
  if (tcp->port == 0) return {};
  for (unsigned port = tcp->port; port <= std::max(tcp->port, tcp->port_range_end); ++port) {
    auto found = bound_at(AddressAt(*tcp, static_cast<std::uint16_t>(port)));
    if (!found.empty()) return found;
  }
  return {};
}

bool ActivatedSockets::Holds(int socket) const {
  if (sockets_.empty()) return false;
  return std::any_of(sockets_.begin(), sockets_.end(), [cookie = net::SocketCookie(socket)](const auto& own) {
    return net::SocketCookie(own.get()) == cookie;
  });
}

std::vector<std::string> ActivatedSockets::Unused(const ListenTable& table) const {
  std::vector<std::string> addresses;
  for (const UniqueFd& own : sockets_) {
    const std::string address = net::BoundAddress(own.get());
    const bool used = std::any_of(table.begin(), table.end(),
                                  [&](const auto& entry) { return entry.second->address == address; });
    if (!used) addresses.push_back(address);
  }
  return addresses;
}

const ActivatedSockets& ActivatedSockets::None() {
  static const ActivatedSockets none;
  return none;
}

}  // namespace wampgate::supervisor
