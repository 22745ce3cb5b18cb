#include "config/resolve_worker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/resolve_backend.hpp"
#include "config/resolve_router.hpp"
#include "config/resolve_transport.hpp"
#include "config/resource_name.hpp"
#include "config/variables.hpp"

namespace wampgate::config {
namespace {

using std::chrono::milliseconds;

proxy::SessionLimits ResolveLimits(const v1::SessionLimits& limits) {
  proxy::SessionLimits resolved;
  if (limits.has_hello_timeout()) resolved.hello_timeout = milliseconds(limits.hello_timeout());
  if (limits.has_authenticate_timeout())
    resolved.authenticate_timeout = milliseconds(limits.authenticate_timeout());
  if (limits.has_slow_consumer_timeout())
    resolved.slow_consumer_timeout = milliseconds(limits.slow_consumer_timeout());
  resolved.max_sessions = static_cast<std::size_t>(std::max(limits.max_sessions(), 0));
  resolved.expose_backend_details = limits.expose_backend_details();
  return resolved;
}

/// A name without '=' and NUL, a value without NUL: what execve takes.
bool IsVariable(std::string_view name, std::string_view value) {
  return !name.empty() && name.find('=') == std::string_view::npos &&
         name.find('\0') == std::string_view::npos && value.find('\0') == std::string_view::npos;
}

void ResolveProcessEnvironment(const v1::ProcessEnvironment& env, const Where& where, const Context& context,
                               Worker& worker) {
  if (env.has_inherit() && !(env.inherit().has_all() && env.inherit().all())) worker.inherit_env = false;
  for (const std::string& name : env.inherit().names()) {
    if (const auto value = context.environment.variable(name)) worker.env[name] = *value;
  }
  for (const auto& [name, value] : env.vars()) {
    worker.env[name] = value;
    if (!IsVariable(name, value))
      context.Error(where.Key("vars").Key(name), "cannot be an environment variable");
  }
}

int ResolveProcesses(const v1::Worker& worker, const Where& where, const Context& context) {
  const v1::ProcessCount& processes = worker.options().processes();
  int count = processes.has_count() ? processes.count() : 1;
  if (processes.rule() == v1::ProcessCount::AUTO) count = worker.has_router() ? 1 : context.environment.cores;
  if (worker.has_router() && count > 1) {
    context.Error(
        where, fmt::format("expected 1: the realms of a router worker live in one process, found {}", count));
  }
  return count;
}

void ResolveProxy(const v1::ProxyWorker& proxy, const Where& where, const Context& context, Worker& worker,
                  WampEndpoint& endpoint) {
  const std::string name = ResourceName("", "workers", worker.id);
  worker.backends = ResolveConnections(proxy.connections(), name, where.Key("connections"), context);
  worker.routes = ResolveRoutes(proxy.routes(), proxy.connections(), where.Key("routes"), context);
  if (!proxy.backends().empty()) {
    endpoint.backends = ResolveBackends(proxy.backends(), name, where.Key("backends"), context);
    for (const auto& [realm, backends] : endpoint.backends->by_realm) {
      for (const auto& backend : backends) worker.worker_backends.emplace(backend.id, backend);
    }
    for (const auto& backend : endpoint.backends->fallback)
      worker.worker_backends.emplace(backend.id, backend);
  }
  for (int i = 0; i < proxy.backends_size(); ++i) {
    if (!proxy.backends(i).has_id() || !proxy.connections().contains(proxy.backends(i).id())) continue;
    context.Error(where.Key("backends").Index(static_cast<std::size_t>(i)).Key("id"),
                  fmt::format("the id {} is that of a connection, too", Quote(proxy.backends(i).id())));
  }
}

/// Where clients can connect but never join.
void WarnOfMissingRoutes(const Worker& worker, const Where& where, const Context& context) {
  if (!worker.routes.realms.empty()) return;
  const auto authenticates = [](const WampWebSocket& websocket) { return !websocket.transparent; };
  const auto searches = [&](const auto& self, const PathLevel& level) -> bool {
    return std::any_of(level.paths.begin(), level.paths.end(), [&](const auto& entry) {
      const auto& service = entry.second.service;
      if (const auto* below = std::get_if<PathLevel>(&service)) return self(self, *below);
      const auto* websocket = std::get_if<WampWebSocket>(&service);
      return websocket != nullptr && authenticates(*websocket);
    });
  };
  const bool found =
      std::any_of(worker.transports.begin(), worker.transports.end(), [&](const Transport& transport) {
        if (const auto* web = std::get_if<WebTransport>(&transport.protocol))
          return searches(searches, web->root);
        if (const auto* universal = std::get_if<UniversalTransport>(&transport.protocol)) {
          if (searches(searches, universal->websocket)) return true;
          if (universal->web && searches(searches, universal->web->root)) return true;
        }
        if (const auto* websocket = std::get_if<WampWebSocket>(&transport.protocol))
          return authenticates(*websocket);
        const auto* rawsocket = RawSocketOf(transport);
        return rawsocket != nullptr && !rawsocket->transparent.has_value();
      });
  if (found)
    context.Warn(where.Key("routes"), "no routes: clients that wampgate authenticates find no realm to join");
}

}  // namespace

std::vector<std::string> WorkerIds(const v1::Node& node) {
  std::vector<std::string> ids;
  int unnamed = 0;
  for (const v1::Worker& worker : node.workers()) {
    ids.push_back(worker.has_id() ? worker.id() : fmt::format("worker{:03}", ++unnamed));
  }
  return ids;
}

bool IsEnabled(const v1::Worker& worker, const Where& where, const Context& context) {
  const v1::Switch& disabled = worker.options().disabled();
  if (!disabled.has_variable()) return !disabled.value();
  const auto name = BracedVariableName(disabled.variable());
  if (!name) {
    context.Error(where,
                  fmt::format("expected true, false or \"${{NAME}}\", found {}", Quote(disabled.variable())));
    return true;
  }
  const auto value = context.environment.variable(*name);
  return !value || value->empty() || *value == "0" || *value == "false" || *value == "no";
}

Worker ResolveWorker(const v1::Worker& worker, const std::string& id, const Where& where,
                     const Context& context) {
  Worker resolved;
  resolved.id = id;
  const Where options = where.Key("options");
  if (worker.options().has_title()) resolved.title = worker.options().title();
  resolved.processes = ResolveProcesses(worker, options.Key("processes"), context);
  ResolveProcessEnvironment(worker.options().env(), options.Key("env"), context, resolved);
  resolved.limits = ResolveLimits(worker.limits());
  WampEndpoint endpoint;
  if (worker.has_proxy()) ResolveProxy(worker.proxy(), where, context, resolved, endpoint);
  if (worker.has_router()) {
    resolved.type = endpoint.worker = WorkerType::kRouter;
    resolved.realms = ResolveRealms(worker.router(), where, context);
  }
  resolved.transports = ResolveTransports(worker, ResourceName("", "workers", id), endpoint, where, context);
  if (resolved.transports.empty())
    context.Warn(where.Key("transports"), "no transports: no client can connect");
  if (worker.has_proxy()) WarnOfMissingRoutes(resolved, where, context);
  return resolved;
}

}  // namespace wampgate::config
