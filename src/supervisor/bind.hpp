#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/status.hpp"
#include "net/endpoint.hpp"

namespace wampgate::supervisor {

/// Who may be at an address already.
enum class Company : std::uint8_t {
  kNone,  ///< nobody; with `shared`, other programs of the same user
  kOurs,  ///< other sockets of this node, all with SO_REUSEPORT
};

struct BindRequest {
  net::ListenEndpoint settings;
  std::size_t count = 1;  ///< sockets of one SO_REUSEPORT group, TCP only
  Company company = Company::kNone;
};
struct BoundSockets {
  std::vector<UniqueFd> sockets;  ///< bound, not listening, non-blocking, close-on-exec
  std::string address;            ///< "tcp4:127.0.0.1:40001", "unix:/run/x.sock"
  std::uint16_t port = 0;         ///< TCP, resolved
  bool foreign = false;           ///< another program has sockets at the address
};

/// Binds without listening. Somebody else at the address is found by one bind without SO_REUSEPORT first;
/// only then is the socket opened to company. A Unix socket file that nobody listens on any more is replaced.
/// The message says what is in the way.
StatusOr<BoundSockets> BindEndpoint(const BindRequest& request);

/// Sets SO_REUSEPORT on a socket that is bound, perhaps listening: others of the same user may join.
void AllowCompany(int socket);
/// Applies settings that do not need a new socket: TCP_USER_TIMEOUT of connections to come, mode of the
/// socket file.
void UpdateSocket(int socket, const net::ListenEndpoint& settings);
/// Ends listening for every holder of the socket; connections in its queue are reset.
void EndListening(int socket);
/// Whether somebody else may bind the address of a TCP socket that is bound and does not listen.
enum class Reserved : std::uint8_t { kNo, kYes };
void Reserve(int socket, Reserved reserved);
/// Connections that wait in the queue of a listening TCP socket to be accepted; 0 for other sockets.
std::uint32_t QueueLength(int socket);

}  // namespace wampgate::supervisor
