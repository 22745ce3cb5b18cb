#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/status.hpp"
#include "config/management.hpp"
#include "net/loop.hpp"
#include "supervisor/supervisor.hpp"

namespace wampgate::management {

/// Whether a management socket can be made at the path, as far as can be told before: FAILED_PRECONDITION if
/// it is too long, or if something lies there that is no socket.
Status CheckSocketPath(const std::string& path);

/// The gRPC server of a node on its Unix socket: the services of wampgate.v1, google.longrunning,
/// grpc.health.v1 and server reflection. gRPC's threads only convert and hand over to the supervisor, whose
/// loop does the work.
///
/// Connections are accepted on the loop, where the kernel says who called; every method of ours asks the Gate
/// before its handler runs. Health is told to everybody, reflection to viewers.
class Server {
 public:
  /// Listens on `socket_path` (at most 107 octets; mode 0660; a stale file is replaced;
  /// of the group "wampgate" if there is one and the node may give it away). The supervisor
  /// outlives the server. FAILED_PRECONDITION if the socket cannot be made.
  /// `listening`: the socket at that path, if this process has it from the supervisor before.
  static StatusOr<std::unique_ptr<Server>> Start(net::Loop& loop, supervisor::Supervisor& supervisor,
                                                 const std::string& socket_path, UniqueFd listening = {});
  /// Who may do what; for calls that begin after it. Until then as a node without `management` has it. Loop's
  /// thread.
  void SetAccess(const config::Management& management);
  /// Full names of the services that are offered, gRPC's own ones aside.
  std::vector<std::string> services() const;
  /// Accepts nothing more and ends what is under way, with UNAVAILABLE if it lasts; then calls `done` on the
  /// loop, which has to run on meanwhile: answers come from it. Once; nothing but the destructor follows.
  void Shutdown(std::function<void()> done);
  /// Before Shutdown: the socket stays when the server ends, and with it who calls meanwhile, for whoever
  /// takes the node over. A duplicate of it.
  UniqueFd LeaveSocket();
  /// Removes the socket. Without Shutdown before, no call may wait for the loop.
  ~Server();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace wampgate::management
