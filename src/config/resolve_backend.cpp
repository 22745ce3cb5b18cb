#include "config/resolve_backend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <type_traits>

#include "config/realm_name.hpp"
#include "config/resolve_client_transport.hpp"
#include "config/resource_name.hpp"

namespace wampgate::config {
namespace {

const v1::ClientTransport& TransportOf(const v1::WorkerBackend& backend) {
  return backend.transport();
}
const v1::ClientTransport& TransportOf(const v1::PathBackend& backend) {
  return backend.transport();
}
Where WhereOfTransport(const v1::WorkerBackend&, const Where& where) {
  return where.Key("transport");
}
Where WhereOfTransport(const v1::PathBackend&, const Where& where) {
  return where;
}

template <typename Backend>
class BackendList {
 public:
  BackendList(const std::string& parent, const Where& where, const Context& context)
      : parent_(parent), where_(where), context_(context) {}

  proxy::TransparentOptions Resolve(const google::protobuf::RepeatedPtrField<Backend>& backends) {
    proxy::TransparentOptions resolved;
    for (int i = 0; i < backends.size(); ++i) {
      const Backend& backend = backends[i];
      const Where where = where_.Index(static_cast<std::size_t>(i));
      proxy::BackendOptions options = ResolveOne(backend, where);
      if (backend.has_realm()) {
        CheckRealm(backend.realm(), where.Key("realm"), context_);
        resolved.by_realm[backend.realm()].push_back(std::move(options));
      } else {
        if (!resolved.fallback.empty()) context_.Error(where, "There can be only one default backend");
        resolved.fallback.push_back(std::move(options));
      }
    }
    return resolved;
  }

 private:
  proxy::BackendOptions ResolveOne(const Backend& backend, const Where& where) {
    std::string id = backend.has_id() ? backend.id() : fmt::format("backend{:03}", ++unnamed_);
    if (backend.has_id() && !IsId(id)) {
      context_.Error(where.Key("id"),
                     fmt::format("expected an id (^[a-z][a-z0-9_]{{2,63}}$), found {}", Quote(id)));
    }
    if (!ids_.insert(id).second) {
      context_.Error(backend.has_id() ? where.Key("id") : where,
                     fmt::format("the id {} is used twice", Quote(id)));
    }
    proxy::BackendOptions options =
        ResolveClientTransport(TransportOf(backend), WhereOfTransport(backend, where), context_);
    options.name = ResourceName(parent_, "backends", id);
    options.id = std::move(id);
    return options;
  }

  const std::string& parent_;
  const Where& where_;
  const Context& context_;
  int unnamed_ = 0;
  std::set<std::string> ids_;
};

void CheckConnectionAuth(const v1::Connection& connection, const Where& where, const Context& context) {
  if (connection.has_auth() && !connection.auth().has_anonymous_proxy()) {
    context.Error(where.Key("auth"),
                  "could not determine valid authentication method to connect to the backend node; "
                  "expected \"anonymous-proxy\"");
    return;
  }
  if (connection.transport().endpoint().has_tcp()) {
    context.Error(where.Key("transport").Key("endpoint").Key("type"),
                  "anonymous-proxy authenticator only allowed on Unix domain socket based transports, not "
                  "type \"tcp\"");
  }
}

/// A string or a list of strings.
std::vector<proxy::RouteTarget> TargetsOf(
    const google::protobuf::RepeatedPtrField<std::string>& connections) {
  std::vector<proxy::RouteTarget> targets;
  for (const std::string& id : connections) targets.push_back({.backend = id});
  return targets;
}

/// An object, in the order of its keys.
std::vector<proxy::RouteTarget> TargetsOf(const google::protobuf::Map<std::string, v1::RouteTarget>& given) {
  std::vector<proxy::RouteTarget> targets;
  for (const auto& [id, target] : std::map<std::string, v1::RouteTarget>(given.begin(), given.end())) {
    const int weight = target.has_weight() ? target.weight() : 1;
    targets.push_back({id, static_cast<std::uint32_t>(std::max(weight, 0)), target.backup()});
  }
  return targets;
}

std::vector<proxy::RouteTarget> ResolveTargets(const v1::RouteTargets& route, const Where& where,
                                               const Context& context) {
  if (route.targets().empty()) {
    if (route.connections().empty()) context.Error(where, "expected at least one connection, found none");
    return TargetsOf(route.connections());
  }
  if (!route.connections().empty()) {
    context.Error(where, "expected a list of connections or an object of targets, found both");
  }
  auto targets = TargetsOf(route.targets());
  const auto gets_sessions = [](const proxy::RouteTarget& target) { return target.weight > 0; };
  if (std::none_of(targets.begin(), targets.end(), gets_sessions))
    context.Error(where, "expected a target with a weight above 0, found none: nobody could join");
  return targets;
}

}  // namespace

std::map<std::string, proxy::BackendOptions> ResolveConnections(
    const google::protobuf::Map<std::string, v1::Connection>& connections, const std::string& worker_name,
    const Where& where, const Context& context) {
  std::map<std::string, proxy::BackendOptions> resolved;
  const std::map<std::string, v1::Connection> sorted(connections.begin(), connections.end());
  for (const auto& [id, connection] : sorted) {
    const Where at = where.Key(id);
    if (id.empty()) context.Error(at, "a connection needs an id");
    CheckConnectionAuth(connection, at, context);
    proxy::BackendOptions options =
        ResolveClientTransport(connection.transport(), at.Key("transport"), context);
    options.id = id;
    options.name = ResourceName(worker_name, "backends", id);
    resolved.emplace(id, std::move(options));
  }
  return resolved;
}

proxy::RouteOptions ResolveRoutes(const google::protobuf::Map<std::string, v1::RealmRoutes>& routes,
                                  const google::protobuf::Map<std::string, v1::Connection>& connections,
                                  const Where& where, const Context& context) {
  proxy::RouteOptions resolved;
  for (const auto& [realm, by_role] : std::map<std::string, v1::RealmRoutes>(routes.begin(), routes.end())) {
    const Where realm_where = where.Key(realm);
    CheckRealm(realm, realm_where, context);
    auto& roles = resolved.realms[realm];
    const std::map<std::string, v1::RouteTargets> sorted(by_role.roles().begin(), by_role.roles().end());
    for (const auto& [role, targets] : sorted) {
      const Where role_where = realm_where.Key(role);
      roles[role] = ResolveTargets(targets, role_where, context);
      for (const proxy::RouteTarget& target : roles[role]) {
        if (connections.contains(target.backend)) continue;
        context.Error(role_where,
                      fmt::format("no connection {} found for realm {} and role {} in proxy route config",
                                  Quote(target.backend), Quote(realm), Quote(role)));
      }
    }
  }
  return resolved;
}

proxy::TransparentOptions ResolveBackends(
    const google::protobuf::RepeatedPtrField<v1::WorkerBackend>& backends, const std::string& parent,
    const Where& where, const Context& context) {
  return BackendList<v1::WorkerBackend>(parent, where, context).Resolve(backends);
}

proxy::TransparentOptions ResolveBackends(const google::protobuf::RepeatedPtrField<v1::PathBackend>& backends,
                                          const std::string& parent, const Where& where,
                                          const Context& context) {
  return BackendList<v1::PathBackend>(parent, where, context).Resolve(backends);
}

}  // namespace wampgate::config
