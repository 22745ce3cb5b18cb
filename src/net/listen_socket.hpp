#pragma once

#include <cstdint>
#include <string>

#include "base/fd.hpp"
#include "base/status.hpp"
#include "net/endpoint.hpp"

namespace wampgate::net {

/// Whether other sockets may be bound to the same port (of the same user). Every member of a group needs
/// kYes.
enum class ReusePort : std::uint8_t { kNo, kYes };

/// A bound, non-blocking, close-on-exec socket that does not listen yet: newcomers are still refused.
/// TCP: SO_REUSEADDR is set, so a port on which somebody merely is bound is found taken only by
/// StartListening. Unix: a stale socket file is replaced; a socket somebody listens on, or a file of another
/// kind, is an error. The file is never open to more than `mode` allows, at no time. Errors read
/// "tcp4:127.0.0.1:8080: address already in use".
StatusOr<UniqueFd> BindListenSocket(const ListenEndpoint& endpoint, ReusePort reuse_port);

/// `backlog` 1…65535; may be called again to change it.
Status StartListening(int fd, int backlog);

/// Spelled like ToString(ListenEndpoint), with the real port: "tcp4:127.0.0.1:40123", "tcp:*:8080",
/// "unix:/run/x.sock".
std::string BoundAddress(int fd);
/// The real port; 0 for Unix sockets.
std::uint16_t BoundPort(int fd);

}  // namespace wampgate::net
