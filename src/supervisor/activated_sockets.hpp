#pragma once

#include <string>
#include <vector>

#include "base/fd.hpp"
#include "net/endpoint.hpp"
#include "supervisor/listen_endpoint.hpp"

namespace wampgate::supervisor {

/// Listening sockets that the service manager opened and passed (socket activation, sd_listen_fds(3)). They
/// stay its own: transports that listen where they are bound accept from duplicates of them, and nobody ends,
/// rebinds or drains them, whatever becomes of transport and worker. Where nobody accepts, connections wait
/// in the queue, as they do while the node is restarted.
class ActivatedSockets {
 public:
  ActivatedSockets() = default;
  /// Stream sockets that listen; they are made non-blocking.
  explicit ActivatedSockets(std::vector<UniqueFd> sockets);

  /// Duplicates of those that are bound where `settings` say; empty if there is none, and for port 0. A port
  /// range takes the sockets of its first port that has some.
  std::vector<UniqueFd> At(const net::ListenEndpoint& settings) const;
  /// Whether `socket` is a duplicate of one of them.
  bool Holds(int socket) const;
  /// Addresses of those that no transport of the table accepts from.
  std::vector<std::string> Unused(const ListenTable& table) const;

  const std::vector<UniqueFd>& all() const { return sockets_; }

  /// For callers that know of none.
  static const ActivatedSockets& None();

 private:
  std::vector<UniqueFd> sockets_;
};

}  // namespace wampgate::supervisor
