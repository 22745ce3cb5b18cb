#include "net/endpoint.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include "net/socket_address.hpp"
#include "net/stream.hpp"

namespace wampgate::net {
namespace {

std::string_view Scheme(IpVersion version) {
  switch (version) {
    case IpVersion::k4:
      return "tcp4";
    case IpVersion::k6:
      return "tcp6";
    case IpVersion::kDual:
      return "tcp";
  }
  return "tcp";
}

std::string Bracketed(std::string_view host) {
  const bool is_v6 = host.find(':') != std::string_view::npos && !host.starts_with('[');
  return is_v6 ? fmt::format("[{}]", host) : std::string(host);
}

std::string AnyAddress(IpVersion version) {
  return version == IpVersion::k4 ? "0.0.0.0" : version == IpVersion::k6 ? "[::]" : "*";
}

std::string Text(const TcpListen& tcp) {
  std::string text =
      fmt::format("{}:{}:{}", Scheme(tcp.version),
                  tcp.interface.empty() ? AnyAddress(tcp.version) : Bracketed(tcp.interface), tcp.port);
  if (tcp.port_range_end != 0) text += fmt::format("-{}", tcp.port_range_end);
  return text;
}

std::string Text(const TcpConnect& tcp) {
  return fmt::format("{}:{}:{}", Scheme(tcp.version), Bracketed(tcp.host), tcp.port);
}

std::string Text(const UnixListen& endpoint) {
  return "unix:" + endpoint.path;
}
std::string Text(const UnixConnect& endpoint) {
  return "unix:" + endpoint.path;
}

}  // namespace

std::string ToString(const ListenEndpoint& endpoint) {
  return std::visit([](const auto& kind) { return Text(kind); }, endpoint);
}

std::string ToString(const ConnectEndpoint& endpoint) {
  return std::visit([](const auto& kind) { return Text(kind); }, endpoint);
}

std::string PeerName(int socket) {
  SocketAddress peer;
  if (::getpeername(socket, peer.get(), &peer.size) != 0) return "unknown";
  if (peer.family() == AF_UNIX) {
    const std::string path = UnixPath(peer);
    return path.empty() ? "unix" : "unix:" + path;
  }
  if (peer.family() != AF_INET && peer.family() != AF_INET6) return "unknown";
  const IpText text = ToIpText(peer);
  return fmt::format("{}:{}:{}", text.is_v4 ? "tcp4" : "tcp6", text.ip, text.port);
}

}  // namespace wampgate::net
