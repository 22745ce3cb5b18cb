#include "supervisor/bind.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "net/socket_address.hpp"
#include "supervisor/bind_unix.hpp"

namespace wampgate::supervisor {
namespace {

enum class Reuse : std::uint8_t { kAddress, kPort };

Status SetOption(int socket, int level, int option, int value) {
  if (::setsockopt(socket, level, option, &value, sizeof value) == 0) return OkStatus();
  return ErrnoStatus(errno, "setting a socket option");
}

void SetUserTimeout(int socket, const net::TcpListen& tcp) {
  const int value = tcp.user_timeout ? static_cast<int>(tcp.user_timeout->count()) : 0;
  ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &value, sizeof value);
}

Status BindError(int error) {
  switch (error) {
    case EADDRINUSE:
      return AlreadyExists("the address is in use by another program");
    case EACCES:
      return MakeStatus(StatusCode::kPermissionDenied,
                        "permission denied (ports below 1024 need CAP_NET_BIND_SERVICE)");
    case EADDRNOTAVAIL:
      return InvalidArgument("this machine has no such address");
    default:
      return ErrnoStatus(error, "bind");
  }
}

StatusOr<UniqueFd> BindTcp(const net::TcpListen& tcp, std::uint16_t port, Reuse reuse) {
  const std::optional<net::SocketAddress> address = net::IpAddress(tcp.version, tcp.interface, port);
  if (!address)
    return InvalidArgument(fmt::format("interface \"{}\" is no address of that family", tcp.interface));
  UniqueFd socket(::socket(address->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return ErrnoStatus(errno, "making a socket");
  WAMPGATE_RETURN_IF_ERROR(SetOption(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1));
  if (reuse == Reuse::kPort) WAMPGATE_RETURN_IF_ERROR(SetOption(socket.get(), SOL_SOCKET, SO_REUSEPORT, 1));
  if (address->family() == AF_INET6) {
    const int only = tcp.version == net::IpVersion::kDual ? 0 : 1;
    WAMPGATE_RETURN_IF_ERROR(SetOption(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, only));
  }
  SetUserTimeout(socket.get(), tcp);
  if (::bind(socket.get(), address->get(), address->size) != 0) return BindError(errno);
  return socket;
}

std::uint16_t BoundPort(int socket) {
  net::SocketAddress bound;
  if (::getsockname(socket, bound.get(), &bound.size) != 0) return 0;
  return net::ToIpText(bound).port;
}

StatusOr<UniqueFd> BindFirstOfRange(const net::TcpListen& tcp, Reuse reuse) {
  const std::uint32_t last = tcp.port_range_end == 0 ? tcp.port : tcp.port_range_end;
  Status status = InvalidArgument("the port range is empty");
  for (std::uint32_t port = tcp.port; port <= last; ++port) {
    StatusOr<UniqueFd> socket = BindTcp(tcp, static_cast<std::uint16_t>(port), reuse);
    if (socket.ok()) return socket;
    status = socket.status();
  }
  return status;
}

bool IsInUse(const Status& status) {
  return status.code() == StatusCode::kAlreadyExists;
}

StatusOr<BoundSockets> BindTcpGroup(net::TcpListen tcp, const BindRequest& request) {
  BoundSockets bound;
  const bool group = request.count > 1 || tcp.shared || request.company == Company::kOurs;
  StatusOr<UniqueFd> first =
      BindFirstOfRange(tcp, request.company == Company::kOurs ? Reuse::kPort : Reuse::kAddress);
  if (!first.ok() && IsInUse(first.status()) && tcp.shared && request.company == Company::kNone) {
    first = BindFirstOfRange(tcp, Reuse::kPort);
    bound.foreign = first.ok();
  }
  if (!first.ok()) return first.status();
  if (group) AllowCompany(first->get());
  bound.port = BoundPort(first->get());
  bound.sockets.push_back(*std::move(first));
  while (bound.sockets.size() < request.count) {
    WAMPGATE_ASSIGN_OR_RETURN(UniqueFd socket, BindTcp(tcp, bound.port, Reuse::kPort));
    bound.sockets.push_back(std::move(socket));
  }
  tcp.port = bound.port;
  tcp.port_range_end = 0;
  bound.address = net::ToString(net::ListenEndpoint(tcp));
  return bound;
}

}  // namespace

StatusOr<BoundSockets> BindEndpoint(const BindRequest& request) {
  if (const auto* tcp = std::get_if<net::TcpListen>(&request.settings)) return BindTcpGroup(*tcp, request);
  BoundSockets bound;
  WAMPGATE_ASSIGN_OR_RETURN(UniqueFd socket, BindUnix(std::get<net::UnixListen>(request.settings)));
  bound.sockets.push_back(std::move(socket));
  bound.address = net::ToString(request.settings);
  return bound;
}

void AllowCompany(int socket) {
  static_cast<void>(SetOption(socket, SOL_SOCKET, SO_REUSEPORT, 1));
}

void UpdateSocket(int socket, const net::ListenEndpoint& settings) {
  if (const auto* tcp = std::get_if<net::TcpListen>(&settings)) return SetUserTimeout(socket, *tcp);
  ChangeMode(std::get<net::UnixListen>(settings));
}

Status StartListening(int socket, int backlog) {
  if (::listen(socket, backlog) == 0) return OkStatus();
  return errno == EADDRINUSE ? BindError(errno) : ErrnoStatus(errno, "listen");
}

void EndListening(int socket) {
  ::shutdown(socket, SHUT_RD);
}

}  // namespace wampgate::supervisor
