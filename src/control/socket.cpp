#include "control/socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "net/socket_address.hpp"

namespace wampgate::control {
namespace {

constexpr int kBacklog = 128;

StatusOr<net::SocketAddress> Address(const std::string& path) {
  if (const auto address = net::UnixAddress(path)) return *address;
  return InvalidArgument(
      fmt::format("the socket path {} has {} octets; at most {} fit: use a shorter node directory", path,
                  path.size(), net::kMaxUnixPath));
}

StatusOr<UniqueFd> NewSocket() {
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return ErrnoStatus(errno, "making a Unix socket");
  return socket;
}

}  // namespace

StatusOr<UniqueFd> Listen(const std::string& path) {
  WAMPGATE_ASSIGN_OR_RETURN(const net::SocketAddress address, Address(path));
  WAMPGATE_ASSIGN_OR_RETURN(UniqueFd socket, NewSocket());
  struct stat there{};
  if (::lstat(path.c_str(), &there) == 0 && S_ISSOCK(there.st_mode)) ::unlink(path.c_str());
  if (::fchmod(socket.get(), 0600) != 0 ||  // bind(2) creates the file with the socket's mode
      ::bind(socket.get(), address.get(), address.size) != 0) {
    return ErrnoStatus(errno, fmt::format("binding {}", path));
  }
  if (::chmod(path.c_str(), 0600) != 0 || ::listen(socket.get(), kBacklog) != 0) {
    const int error = errno;
    ::unlink(path.c_str());
    return ErrnoStatus(error, fmt::format("listening on {}", path));
  }
  return socket;
}

StatusOr<UniqueFd> Connect(const std::string& path) {
  WAMPGATE_ASSIGN_OR_RETURN(const net::SocketAddress address, Address(path));
  WAMPGATE_ASSIGN_OR_RETURN(UniqueFd socket, NewSocket());
  if (::connect(socket.get(), address.get(), address.size) != 0) {
    const int error = errno;
    const std::string text = fmt::format("connecting to {}: {}", path, std::strerror(error));
    const bool later = error == EAGAIN || error == ECONNREFUSED || error == ENOENT || error == EINTR;
    return later ? Unavailable(text) : ErrnoStatus(error, fmt::format("connecting to {}", path));
  }
  return socket;
}

StatusOr<Credentials> PeerCredentials(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
    return ErrnoStatus(errno, "asking who is at the other end of the control channel");
  }
  return Credentials{peer.pid, peer.uid};
}

}  // namespace wampgate::control
