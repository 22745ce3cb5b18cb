#pragma once

#include <memory>

#include "http/offload.hpp"
#include "proxy/tunnel_host.hpp"
#include "web/archive_file.hpp"
#include "web/echo_service.hpp"
#include "web/node_info.hpp"
#include "web/node_state.hpp"
#include "worker/endpoint_factory.hpp"
#include "worker/part_factory.hpp"

namespace wampgate::worker {

/// The real services of a worker: what `web` has, with the WAMP endpoints of the worker's type. A process
/// keeps the type of its first revision: the supervisor replaces the processes of a worker whose type
/// changes.
class WorkerParts final : public PartFactory {
 public:
  struct Surroundings {
    EndpointFactory& proxy;        ///< for `type: proxy`
    EndpointFactory& router;       ///< for `type: router`
    http::Offload& offload;        ///< outlives the services
    web::EchoConnections& echoes;  ///< outlives the services
    std::shared_ptr<web::NodeInfoSource> node_info;
    std::shared_ptr<web::NodeStateSource> node_state;
    proxy::TunnelHost& tunnels;  ///< outlives the services
    web::Archives& archives;     ///< outlives the services
  };
  explicit WorkerParts(Surroundings surroundings) : around_(std::move(surroundings)) {}

  StatusOr<std::shared_ptr<http::Service>> MakeService(const config::Path& path) override;
  StatusOr<std::shared_ptr<http::Service>> MakeWebSocket(const config::Transport& transport) override;
  StatusOr<std::shared_ptr<http::Service>> MakeEcho(const config::Transport& transport) override;
  StatusOr<std::shared_ptr<wamp::SessionAcceptor>> MakeAcceptor(
      const config::RawSocketTransport& rawsocket) override;
  std::shared_ptr<const WorkerPart> MakeWorkerPart(
      const config::Node& node, const proxy::RouteChanges& routes,
      const std::shared_ptr<const WorkerPart>& previous) override;
  void Commit(std::shared_ptr<const WorkerPart> part) override;

 private:
  std::shared_ptr<http::Service> WebSocket(const config::WampWebSocket& settings, const std::string& name);

  Surroundings around_;
  EndpointFactory* endpoints_ = nullptr;  // of the type of the worker that is being built; helper thread only
};

}  // namespace wampgate::worker
