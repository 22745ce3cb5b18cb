#include "config/resolve_transport.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/resolve_auth.hpp"
#include "config/resolve_endpoint.hpp"
#include "config/resolve_tls.hpp"
#include "config/resolve_websocket.hpp"
#include "config/resource_name.hpp"

namespace wampgate::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

http::ServerOptions ResolveWebOptions(const v1::WebOptions& options) {
  http::ServerOptions resolved;
  resolved.access_log = options.access_log();
  resolved.hsts = options.hsts();
  if (options.has_hsts_max_age()) resolved.hsts_max_age = seconds(options.hsts_max_age());
  if (options.has_client_timeout()) {
    resolved.client_timeout =
        options.client_timeout() == 0 ? std::nullopt : std::optional(seconds(options.client_timeout()));
  }
  if (options.has_header_timeout()) resolved.header_timeout = milliseconds(options.header_timeout());
  if (options.has_max_header_size())
    resolved.max_header_size = static_cast<std::size_t>(std::max(options.max_header_size(), 0));
  if (options.has_max_body_size())
    resolved.max_body_size = static_cast<std::size_t>(std::max(options.max_body_size(), 0));
  resolved.show_server_version = options.show_server_version();
  return resolved;
}

rawsocket::ServerOptions ResolveRawSocketOptions(const v1::RawSocketTransport& transport, const Where& where,
                                                 const Context& context) {
  const v1::RawSocketOptions& options = transport.options();
  rawsocket::ServerOptions resolved;
  resolved.serializers = ResolveSerializers(transport.has_serializers() ? &transport.serializers() : nullptr,
                                            AllSerializers(), where.Key("serializers"), context);
  if (transport.has_max_message_size()) {
    resolved.max_message_size = static_cast<std::size_t>(std::max(transport.max_message_size(), 0));
  }
  if (options.has_max_message_size()) {
    resolved.max_message_size = static_cast<std::size_t>(std::max(options.max_message_size(), 0));
  }
  if (options.has_max_message_size() && transport.has_max_message_size()) {
    context.Warn(where.Key("max_message_size"), "stands in `options` too, which wins");
  }
  if (options.has_open_handshake_timeout())
    resolved.handshake_timeout = milliseconds(options.open_handshake_timeout());
  resolved.ping_interval = milliseconds(options.auto_ping_interval());
  resolved.ping_timeout = milliseconds(options.auto_ping_timeout());
  return resolved;
}

RawSocketTransport ResolveRawSocket(const v1::RawSocketTransport& transport, const WampEndpoint& endpoint,
                                    const Where& where, const Context& context) {
  RawSocketTransport resolved;
  resolved.options = ResolveRawSocketOptions(transport, where, context);
  if (transport.has_auth()) {
    resolved.auth = ResolveAuth(transport.auth(), endpoint.listen, where.Key("auth"), context);
  } else {
    resolved.transparent = endpoint.backends;
  }
  return resolved;
}

WebTransport ResolveWeb(const v1::WebTransport& transport, const WampEndpoint& endpoint,
                        const std::string& name, const Where& where, const Context& context) {
  WebTransport web;
  web.options = ResolveWebOptions(transport.options());
  web.root = ResolvePaths(transport.paths(), name, endpoint, where.Key("paths"), context);
  if (web.root.paths.empty()) context.Warn(where.Key("paths"), "no paths: every request gets 404");
  return web;
}

/// The entries of `websocket` go before the paths of `web`.
void CheckUniversalPaths(const UniversalTransport& universal, const Where& where, const Context& context) {
  std::set<std::string> names;
  for (const auto& [key, path] : universal.websocket.paths) {
    names.insert(path.name);
    if (std::holds_alternative<WampWebSocket>(path.service)) continue;
    context.Error(where.Key("websocket").Key(key).Key("type"),
                  "expected \"websocket\" or \"websocket-proxy\": other paths belong into `web`");
  }
  if (!universal.web) return;
  for (const auto& [key, path] : universal.web->root.paths) {
    const Where at = where.Key("web").Key("paths").Key(key);
    if (names.contains(path.name)) {
      context.Error(at, fmt::format("an entry of `websocket` has the name {}, too: give one of them another "
                                    "key, or an `id`",
                                    Quote(path.name)));
    } else if (key != "/" && universal.websocket.paths.contains(key)) {
      context.Warn(at, "is never reached: `websocket` has this URL path, too");
    }
  }
}

UniversalTransport ResolveUniversal(const v1::UniversalTransport& transport, const WampEndpoint& endpoint,
                                    const std::string& name, const Where& where, const Context& context) {
  UniversalTransport resolved;
  if (transport.has_open_handshake_timeout())
    resolved.open_handshake_timeout = milliseconds(transport.open_handshake_timeout());
  if (transport.has_rawsocket())
    resolved.rawsocket = ResolveRawSocket(transport.rawsocket(), endpoint, where.Key("rawsocket"), context);
  resolved.websocket = ResolvePaths(transport.websocket(), name, endpoint, where.Key("websocket"), context);
  if (transport.has_web())
    resolved.web = ResolveWeb(transport.web(), endpoint, name, where.Key("web"), context);
  if (!resolved.rawsocket && !resolved.web && resolved.websocket.paths.empty()) {
    context.Warn(where, "has neither `rawsocket` nor `websocket` nor `web`: every connection is closed");
  }
  CheckUniversalPaths(resolved, where, context);
  return resolved;
}

Transport ResolveTransport(const v1::Transport& transport, const WampEndpoint& endpoint,
                           const std::string& name, const Where& where, const Context& context) {
  Transport resolved;
  resolved.name = name;
  resolved.endpoint = endpoint.listen;
  resolved.tls = ResolveListenTls(transport.endpoint(), where.Key("endpoint"), context);
  if (transport.has_web()) {
    resolved.protocol = ResolveWeb(transport.web(), endpoint, name, where, context);
  } else if (transport.has_websocket()) {
    resolved.protocol = ResolveWampWebSocket(transport.websocket(), endpoint, where, context);
  } else if (transport.has_rawsocket()) {
    resolved.protocol = ResolveRawSocket(transport.rawsocket(), endpoint, where, context);
  } else if (transport.has_universal()) {
    resolved.protocol = ResolveUniversal(transport.universal(), endpoint, name, where, context);
  } else if (transport.has_websocket_testee()) {
    resolved.protocol = WebSocketTestee{ResolveTestee(transport.websocket_testee(), where, context)};
  }
  return resolved;
}

void CheckIds(const v1::Worker& worker, const std::vector<std::string>& ids, const Where& where,
              const Context& context) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const v1::Transport& transport = worker.transports(static_cast<int>(i));
    const Where at = where.Index(i);
    if (transport.has_id() && !IsId(transport.id())) {
      context.Error(at.Key("id"), fmt::format("expected an id (^[a-z][a-z0-9_]{{2,63}}$), found {}",
                                              Quote(transport.id())));
    }
    if (!seen.insert(ids[i]).second) {
      context.Error(transport.has_id() ? at.Key("id") : at,
                    fmt::format("the id {} is used twice", Quote(ids[i])));
    }
    const bool has_address = transport.endpoint().type_case() != 0;
    if (!transport.has_id() && has_address && ids[i].starts_with("transport")) {
      context.Warn(
          at,
          "is known by its position only, since it has the same address as another one: with an `id` of "
          "its own it keeps its sessions when others are added or removed");
    }
  }
}

}  // namespace

std::vector<std::string> TransportIds(const v1::Worker& worker, const Environment& environment) {
  Problems ignored;
  const Context context{environment, ignored};
  std::vector<std::string> ids;
  std::set<std::string> addresses;
  for (int i = 0; i < worker.transports_size(); ++i) {
    const v1::Transport& transport = worker.transports(i);
    if (transport.has_id()) {
      ids.push_back(transport.id());
      continue;
    }
    const auto endpoint = ResolveListen(transport.endpoint(), {}, context);
    std::string address = net::ToString(endpoint);
    const bool is_known = addresses.insert(address).second && transport.endpoint().type_case() != 0;
    ids.push_back(is_known ? std::move(address) : fmt::format("transport{:03}", i));
  }
  return ids;
}

std::vector<Transport> ResolveTransports(const v1::Worker& worker, const std::string& worker_name,
                                         const WampEndpoint& common, const Where& where,
                                         const Context& context) {
  const Where list = where.Key("transports");
  const std::vector<std::string> ids = TransportIds(worker, context.environment);
  CheckIds(worker, ids, list, context);
  std::vector<Transport> transports;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const v1::Transport& transport = worker.transports(static_cast<int>(i));
    WampEndpoint endpoint = common;
    endpoint.listen = ResolveListen(transport.endpoint(), list.Index(i).Key("endpoint"), context);
    transports.push_back(ResolveTransport(
        transport, endpoint, ResourceName(worker_name, "transports", ids[i]), list.Index(i), context));
    transports.back().id = ids[i];
  }
  return transports;
}

}  // namespace wampgate::config
