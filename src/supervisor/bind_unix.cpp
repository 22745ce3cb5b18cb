#include "supervisor/bind_unix.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "base/log.hpp"
#include "net/socket_address.hpp"

namespace wampgate::supervisor {
namespace {

// Takes a stale socket file away.
Status MakeRoom(const std::string& path, const net::SocketAddress& address) {
  struct stat there{};
  if (::lstat(path.c_str(), &there) != 0) return OkStatus();
  if (!S_ISSOCK(there.st_mode)) return AlreadyExists("a file that is no socket is there");
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int result = ::connect(probe.get(), address.get(), address.size);
  if (result == 0 || errno == EAGAIN) return AlreadyExists("another program listens there");
  if (errno == EACCES) return MakeStatus(StatusCode::kPermissionDenied, "a socket of another user is there");
  if (::unlink(path.c_str()) != 0) return ErrnoStatus(errno, "replacing a stale socket file");
  return OkStatus();
}

}  // namespace

StatusOr<UniqueFd> BindUnix(const net::UnixListen& settings) {
  const std::string& path = settings.path;
  const std::optional<net::SocketAddress> address = net::UnixAddress(path);
  if (!address) {
    return InvalidArgument(fmt::format("the path has {} octets; 1 to {} fit into a Unix socket's address",
                                       path.size(), net::kMaxUnixPath));
  }
  WAMPGATE_RETURN_IF_ERROR(MakeRoom(path, *address));
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return ErrnoStatus(errno, "making a socket");
  if (::bind(socket.get(), address->get(), address->size) != 0) return ErrnoStatus(errno, "bind");
  if (::chmod(path.c_str(), settings.mode) != 0) {
    const int error = errno;
    ::unlink(path.c_str());
    return ErrnoStatus(error, "setting the mode of the socket file");
  }
  return socket;
}

void ChangeMode(const net::UnixListen& settings) {
  if (::chmod(settings.path.c_str(), settings.mode) == 0) return;
  log::Warning("supervisor", "the mode of a socket file cannot be changed",
               {{"path", settings.path}, {"error", std::string(std::strerror(errno))}});
}

}  // namespace wampgate::supervisor
