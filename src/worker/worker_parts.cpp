#include "worker/worker_parts.hpp"

#include <utility>
#include <variant>

#include "proxy/tunnel_service.hpp"
#include "web/archive_service.hpp"
#include "web/health_service.hpp"
#include "web/json_service.hpp"
#include "web/metrics_service.hpp"
#include "web/node_info_service.hpp"
#include "web/not_found_service.hpp"
#include "web/redirect_service.hpp"
#include "web/static_service.hpp"
#include "web/websocket_service.hpp"
#include "worker/router_endpoints.hpp"

namespace wampgate::worker {
namespace {

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

using MadeService = StatusOr<std::shared_ptr<http::Service>>;

}  // namespace

MadeService WorkerParts::MakeService(const config::Path& path) {
  return std::visit(
      Overloaded{
          [](const config::NotFoundPath&) -> MadeService { return std::make_shared<web::NotFoundService>(); },
          [](const config::PathLevel&) -> MadeService { return Internal("a path level is no service"); },
          [this](const web::StaticOptions& options) -> MadeService {
            return std::make_shared<web::StaticService>(options, around_.offload);
          },
          [this](const web::NodeInfoOptions&) -> MadeService {
            return std::make_shared<web::NodeInfoService>(around_.node_info);
          },
          [this](const web::MetricsOptions&) -> MadeService {
            return std::make_shared<web::MetricsService>(around_.node_state);
          },
          [this](const web::HealthOptions& options) -> MadeService {
            return std::make_shared<web::HealthService>(options, around_.node_state,
                                                        web::HealthService::Reasons::kHidden);
          },
          [](const web::JsonOptions& options) -> MadeService {
            return std::make_shared<web::JsonService>(options);
          },
          [](const web::RedirectOptions& options) -> MadeService {
            return std::make_shared<web::RedirectService>(options);
          },
          [this](const web::ArchiveOptions& options) -> MadeService {
            return std::make_shared<web::ArchiveService>(options, around_.archives, around_.offload);
          },
          [this](const proxy::TunnelOptions& options) -> MadeService {
            return std::make_shared<proxy::TunnelService>(options, around_.tunnels);
          },
          [this, &path](const config::WampWebSocket& settings) -> MadeService {
            return WebSocket(settings, path.name);
          },
      },
      path.service);
}

MadeService WorkerParts::MakeWebSocket(const config::Transport& transport) {
  return WebSocket(std::get<config::WampWebSocket>(transport.protocol), transport.name);
}

MadeService WorkerParts::MakeEcho(const config::Transport& transport) {
  const auto& testee = std::get<config::WebSocketTestee>(transport.protocol);
  return std::make_shared<web::EchoService>(std::make_shared<const websocket::ServerOptions>(testee.options),
                                            transport.name, around_.echoes);
}

StatusOr<std::shared_ptr<wamp::SessionAcceptor>> WorkerParts::MakeAcceptor(
    const config::RawSocketTransport& rawsocket) {
  return endpoints_->MakeEndpoint(rawsocket.auth, rawsocket.transparent);
}

std::shared_ptr<const WorkerPart> WorkerParts::MakeWorkerPart(
    const config::Node& node, const proxy::RouteChanges& routes,
    const std::shared_ptr<const WorkerPart>& previous) {
  endpoints_ = node.workers.front().type == config::WorkerType::kRouter ? &around_.router : &around_.proxy;
  return endpoints_->MakeWorkerPart(node, routes, previous);
}

void WorkerParts::Commit(std::shared_ptr<const WorkerPart> part) {
  const bool is_router = std::dynamic_pointer_cast<const RouterPart>(part) != nullptr;
  (is_router ? around_.router : around_.proxy).Commit(std::move(part));
}

std::shared_ptr<http::Service> WorkerParts::WebSocket(const config::WampWebSocket& settings,
                                                      const std::string& name) {
  return std::make_shared<web::WebSocketService>(
      std::make_shared<const websocket::ServerOptions>(settings.options), settings.serializers, name,
      endpoints_->MakeEndpoint(settings.auth, settings.transparent));
}

}  // namespace wampgate::worker
