#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/loop.hpp"
#include "proxy/tunnel_host.hpp"
#include "wamp/session_registry.hpp"
#include "worker/backend_queries.hpp"
#include "worker/control_link.hpp"
#include "worker/ended_sessions.hpp"
#include "worker/helper_thread.hpp"
#include "worker/log_streams.hpp"
#include "worker/loop_lag.hpp"
#include "worker/proxy_endpoints.hpp"
#include "worker/queries.hpp"
#include "worker/revisions.hpp"
#include "worker/router_endpoints.hpp"
#include "worker/session_queries.hpp"
#include "worker/session_streams.hpp"
#include "worker/sliced_work.hpp"
#include "worker/status_report.hpp"
#include "worker/stopping.hpp"
#include "worker/supervisor_node_info.hpp"
#include "worker/supervisor_node_state.hpp"
#include "worker/transport_set.hpp"
#include "worker/worker_parts.hpp"

namespace wampgate::worker {

/// Which process this is and where its supervisor is.
struct ProcessOptions {
  std::string worker;            ///< id
  std::uint32_t index = 0;       ///< of the process in its worker
  std::uint64_t generation = 0;  ///< of this process among its predecessors
  std::string build_id;
  ControlLink::Options control;
};

/// A worker process: wires the parts together and does what the supervisor says. Loop's thread only.
class Process {
 public:
  Process(net::Loop& loop, ProcessOptions options, ResolveNode resolve);
  ~Process();

  /// Dials the supervisor. The loop is stopped when the process has ended orderly.
  void Start();
  /// As the supervisor's Stop, with the grace period of the configuration. A second time: at once.
  void Stop();

 private:
  std::vector<OutgoingFrame> Hello() const;
  void OnFrame(internal::Frame& frame, std::vector<UniqueFd>& descriptors);
  void Adopt(const internal::AdoptSockets& adopt, std::vector<UniqueFd>& descriptors);
  bool SendIfConnected(const internal::Frame& frame);

  net::Loop& loop_;
  ProcessOptions options_;
  // In the order of their needs. The destructor stops the helper thread before anything dies that it works
  // on.
  web::Archives archives_;
  HelperThread helper_;
  wamp::SessionRegistry sessions_;
  web::EchoConnections echoes_;
  TransportSet transports_;
  ProxyEndpoints proxy_;
  RouterEndpoints router_;
  proxy::TunnelHost tunnels_;
  LoopLag lag_;
  std::shared_ptr<SupervisorNodeInfo> node_info_;
  std::shared_ptr<SupervisorNodeState> node_state_;
  std::unique_ptr<WorkerParts> parts_;
  ControlLink control_;
  EndedSessions ended_;
  SlicedWork work_;
  SessionStreams streams_;
  SessionQueries session_queries_;
  BackendQueries backend_queries_;
  LogStreams log_streams_;
  Queries queries_;
  std::unique_ptr<Revisions> revisions_;
  std::unique_ptr<StatusReport> status_;
  Stopping stopping_;
};

}  // namespace wampgate::worker
