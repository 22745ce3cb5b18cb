#pragma once

#include <memory>
#include <string>

#include "base/status.hpp"
#include "net/loop.hpp"
#include "supervisor/supervisor.hpp"

namespace wampgate::management {

/// Whether a management socket can be made at the path, as far as can be told before: FAILED_PRECONDITION if
/// it is too long, or if something lies there that is no socket.
Status CheckSocketPath(const std::string& path);

/// The gRPC server of a node on its Unix socket: ConfigService, WorkerService and grpc.health.v1. gRPC's
/// threads only convert and hand over to the supervisor, whose loop does the work.
class Server {
 public:
  /// Listens on `socket_path` (at most 107 octets; mode 0660; a stale file is replaced). The supervisor
  /// outlives the server. FAILED_PRECONDITION if the socket cannot be made.
  static StatusOr<std::unique_ptr<Server>> Start(net::Loop& loop, supervisor::Supervisor& supervisor,
                                                 const std::string& socket_path);
  /// Answers what is under way with UNAVAILABLE if it lasts, then removes the socket.
  ~Server();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace wampgate::management
