#include "config/resolve_path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/resolve_archive.hpp"
#include "config/resolve_backend.hpp"
#include "config/resolve_tunnel.hpp"
#include "config/resolve_web_service.hpp"
#include "config/resource_name.hpp"

namespace wampgate::config {
namespace {

/// `^([a-z0-9A-Z_\-]+|/)$` (spec 4.1.1).
bool IsPathKey(std::string_view key) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return key == "/" || (!key.empty() && std::all_of(key.begin(), key.end(), allowed));
}

WampWebSocket ResolveWebSocketProxy(const v1::WebSocketProxyPath& path, const std::string& name,
                                    const WampEndpoint& endpoint, const Where& where,
                                    const Context& context) {
  if (endpoint.worker != WorkerType::kProxy) {
    context.Error(where.Key("type"),
                  "\"websocket-proxy\" is for workers of type \"proxy\"; use \"websocket\"");
  }
  WampWebSocket resolved = ResolveWampWebSocket(path, endpoint, where, context);
  resolved.auth.reset();
  if (path.backends().empty())
    context.Error(where.Key("backends"), "expected at least one backend, found none");
  resolved.transparent = ResolveBackends(path.backends(), name, where.Key("backends"), context);
  return resolved;
}

Path ResolvePath(const v1::Path& path, std::string name, const WampEndpoint& endpoint, const Where& where,
                 const Context& context) {
  Path resolved;
  resolved.name = std::move(name);
  switch (path.type_case()) {
    case v1::Path::kNone:
    case v1::Path::TYPE_NOT_SET:
      resolved.service = NotFoundPath();
      break;
    case v1::Path::kPath:
      resolved.service =
          ResolvePaths(path.path().paths(), resolved.name, endpoint, where.Key("paths"), context);
      break;
    case v1::Path::kStatic:
      resolved.service = ResolveStatic(path.static_(), where, context);
      break;
    case v1::Path::kNodeinfo:
      resolved.service = web::NodeInfoOptions();
      break;
    case v1::Path::kMetrics:
      resolved.service = web::MetricsOptions();
      break;
    case v1::Path::kHealth:
      resolved.service = ResolveHealth(path.health());
      break;
    case v1::Path::kJson:
      resolved.service = ResolveJson(path.json(), where, context);
      break;
    case v1::Path::kRedirect:
      resolved.service = ResolveRedirect(path.redirect(), where, context);
      break;
    case v1::Path::kWebsocketReverseproxy:
      resolved.service = ResolveTunnel(path.websocket_reverseproxy(), resolved.name, where, context);
      break;
    case v1::Path::kArchive:
      resolved.service = ResolveArchive(path.archive(), where, context);
      break;
    case v1::Path::kWebsocket:
      resolved.service = ResolveWampWebSocket(path.websocket(), endpoint, where, context);
      break;
    case v1::Path::kWebsocketProxy:
      resolved.service =
          ResolveWebSocketProxy(path.websocket_proxy(), resolved.name, endpoint, where, context);
      break;
  }
  return resolved;
}

}  // namespace

PathLevel ResolvePaths(const google::protobuf::Map<std::string, v1::Path>& paths, const std::string& parent,
                       const WampEndpoint& endpoint, const Where& where, const Context& context) {
  PathLevel level;
  std::set<std::string> names;
  std::set<std::string> keys;
  for (const auto& [key, path] : paths) keys.insert(key);
  for (const std::string& key : keys) {
    const v1::Path& path = paths.at(key);
    const Where at = where.Key(key);
    if (!IsPathKey(key)) {
      context.Error(
          at, fmt::format("invalid value {} for path - must match regular expression ^([a-z0-9A-Z_\\-]+|/)$; "
                          "deeper URLs are nested paths of type \"path\"",
                          Quote(key)));
    }
    if (path.has_id() && !IsId(path.id())) {
      context.Error(at.Key("id"),
                    fmt::format("expected an id (^[a-z][a-z0-9_]{{2,63}}$), found {}", Quote(path.id())));
    }
    std::string name = ResourceName(parent, "paths", path.has_id() ? path.id() : key);
    if (!names.insert(name).second)
      context.Error(at, fmt::format("another path has the name {}, too", Quote(name)));
    level.paths.emplace(key, ResolvePath(path, std::move(name), endpoint, at, context));
  }
  return level;
}

}  // namespace wampgate::config
