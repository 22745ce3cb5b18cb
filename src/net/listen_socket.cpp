#include "net/listen_socket.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "net/socket_address.hpp"

namespace wampgate::net {
namespace {

Status BindError(int error, const std::string& where, std::uint16_t port) {
  std::string text = ErrnoText(error);
  if (error == EACCES && port > 0 && port < 1024) text += " (ports below 1024 need CAP_NET_BIND_SERVICE)";
  if (error == EADDRNOTAVAIL) text += " (no interface of this machine has that address)";
  const StatusCode code = error == EADDRINUSE ? StatusCode::kAlreadyExists : ErrnoStatus(error, "").code();
  return MakeStatus(code, fmt::format("{}: {}", where, text));
}

StatusOr<UniqueFd> OpenSocket(int family, const std::string& where) {
  UniqueFd socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return ErrnoStatus(errno, where);
  return socket;
}

bool SetOption(const UniqueFd& socket, int level, int name, int value) {
  return ::setsockopt(socket.get(), level, name, &value, sizeof value) == 0;
}

struct TcpTry {
  const TcpListen& endpoint;
  std::uint16_t port;
  ReusePort reuse_port;
};

StatusOr<UniqueFd> BindTcpPort(const TcpTry& wanted) {
  const auto& [endpoint, port, reuse_port] = wanted;
  TcpListen exact = endpoint;
  exact.port = port;
  exact.port_range_end = 0;
  const std::string where = ToString(exact);
  const auto address = IpAddress(endpoint.version, endpoint.interface, port);
  if (!address) {
    return InvalidArgument(fmt::format("{}: \"{}\" is not an {} address", where, endpoint.interface,
                                       endpoint.version == IpVersion::k4   ? "IPv4"
                                       : endpoint.version == IpVersion::k6 ? "IPv6"
                                                                           : "IP"));
  }
  WAMPGATE_ASSIGN_OR_RETURN(UniqueFd socket, OpenSocket(address->family(), where));
  bool set = SetOption(socket, SOL_SOCKET, SO_REUSEADDR, 1);
  if (reuse_port == ReusePort::kYes) set = set && SetOption(socket, SOL_SOCKET, SO_REUSEPORT, 1);
  if (address->family() == AF_INET6) {
    set = set && SetOption(socket, IPPROTO_IPV6, IPV6_V6ONLY, endpoint.version == IpVersion::k6 ? 1 : 0);
  }
  if (endpoint.user_timeout) {
    set = set &&
          SetOption(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(endpoint.user_timeout->count()));
  }
  if (!set) return ErrnoStatus(errno, where);
  if (::bind(socket.get(), address->get(), address->size) != 0) return BindError(errno, where, port);
  return socket;
}

StatusOr<UniqueFd> Bind(const TcpListen& endpoint, ReusePort reuse_port) {
  const unsigned last = std::max<unsigned>(endpoint.port, endpoint.port_range_end);
  for (unsigned port = endpoint.port; port <= last; ++port) {
    auto socket = BindTcpPort({endpoint, static_cast<std::uint16_t>(port), reuse_port});
    if (socket.ok() || socket.status().code() != StatusCode::kAlreadyExists || last == endpoint.port)
      return socket;
  }
  return AlreadyExists(fmt::format("{}: every port of the range is already in use", ToString(endpoint)));
}

/// Whether somebody listens on the socket file: then connecting works, or would if its queue were not full.
bool IsListenedOn(const SocketAddress& address) {
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!probe) return true;
  return ::connect(probe.get(), address.get(), address.size) == 0 || errno != ECONNREFUSED;
}

Status RemoveStaleSocket(const std::string& path, const SocketAddress& address, const std::string& where) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return errno == ENOENT ? OkStatus() : ErrnoStatus(errno, where);
  if (!S_ISSOCK(info.st_mode)) {
    return AlreadyExists(where + ": a file that is not a socket is in the way; it is not removed");
  }
  if (IsListenedOn(address))
    return AlreadyExists(where + ": address already in use (another process listens on it)");
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return ErrnoStatus(errno, where + ": remove the stale socket file");
  return OkStatus();
}

StatusOr<UniqueFd> Bind(const UnixListen& endpoint, ReusePort /*a Unix path has one socket*/) {
  const std::string where = ToString(endpoint);
  const auto address = UnixAddress(endpoint.path);
  if (!address) {
    return InvalidArgument(fmt::format("{}: a socket path has 1 to {} octets, not {}", where, kMaxUnixPath,
                                       endpoint.path.size()));
  }
  const bool is_file = endpoint.path[0] != '@';
  if (is_file) WAMPGATE_RETURN_IF_ERROR(RemoveStaleSocket(endpoint.path, *address, where));
  WAMPGATE_ASSIGN_OR_RETURN(UniqueFd socket, OpenSocket(AF_UNIX, where));
  // bind() gives the file the mode of the descriptor less the umask, so it is never more open than wanted;
  // chmod adds what the umask took. (Changing the umask would race with other threads.)
  if (is_file && ::fchmod(socket.get(), endpoint.mode) != 0) return ErrnoStatus(errno, where);
  if (::bind(socket.get(), address->get(), address->size) != 0) return BindError(errno, where, 0);
  if (is_file && ::chmod(endpoint.path.c_str(), endpoint.mode) != 0)
    return ErrnoStatus(errno, where + ": set its mode");
  return socket;
}

SocketAddress LocalAddress(int fd) {
  SocketAddress address;
  if (::getsockname(fd, address.get(), &address.size) != 0) address.storage.ss_family = AF_UNSPEC;
  return address;
}

bool IsDual(int fd, const SocketAddress& address) {
  int v6_only = 1;
  socklen_t size = sizeof v6_only;
  return address.family() == AF_INET6 && ::getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, &size) == 0 &&
         v6_only == 0;
}

}  // namespace

StatusOr<UniqueFd> BindListenSocket(const ListenEndpoint& endpoint, ReusePort reuse_port) {
  return std::visit([&](const auto& kind) { return Bind(kind, reuse_port); }, endpoint);
}

Status StartListening(int fd, int backlog) {
  if (::listen(fd, backlog) == 0) return OkStatus();
  return BindError(errno, BoundAddress(fd), BoundPort(fd));
}

std::string BoundAddress(int fd) {
  const SocketAddress address = LocalAddress(fd);
  if (address.family() == AF_UNIX) return "unix:" + UnixPath(address);
  if (address.family() != AF_INET && address.family() != AF_INET6) return "unknown";
  const IpText text = ToIpText(address);
  TcpListen bound;
  bound.version = address.family() == AF_INET ? IpVersion::k4
                  : IsDual(fd, address)       ? IpVersion::kDual
                                              : IpVersion::k6;
  bound.interface = text.ip == "::" || text.ip == "0.0.0.0" ? "" : text.ip;
  bound.port = text.port;
  return ToString(bound);
}

std::uint16_t BoundPort(int fd) {
  const SocketAddress address = LocalAddress(fd);
  return address.family() == AF_INET || address.family() == AF_INET6 ? ToIpText(address).port : 0;
}

}  // namespace wampgate::net
