#pragma once

#include <sys/types.h>

#include <string>

#include "base/fd.hpp"
#include "base/status.hpp"

namespace wampgate::control {

/// A non-blocking listening socket at `path`, mode 0600. A socket file left behind there is replaced: the
/// caller holds the lock that makes it ours. A path that is too long is INVALID_ARGUMENT.
StatusOr<UniqueFd> Listen(const std::string& path);

/// Connects to `path` and returns the non-blocking socket. Never waits: UNAVAILABLE means nobody listens, or
/// the queue is full, and is worth another try later.
StatusOr<UniqueFd> Connect(const std::string& path);

struct Credentials {
  pid_t pid = 0;
  uid_t uid = 0;
};
/// Who was at the other end when it connected (SO_PEERCRED).
StatusOr<Credentials> PeerCredentials(int socket);

}  // namespace wampgate::control
