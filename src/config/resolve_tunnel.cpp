#include "config/resolve_tunnel.hpp"

#include "config/resolve_client_transport.hpp"
#include "config/resolve_path.hpp"
#include "config/resolve_websocket.hpp"

namespace wampgate::config {

proxy::TunnelOptions ResolveTunnel(const v1::WebSocketReverseProxyPath& path, const std::string& name,
                                   const Where& where, const Context& context) {
  proxy::TunnelOptions resolved;
  resolved.name = name;
  if (path.has_url()) CheckServerUrl(path.url(), where.Key("url"), context);
  resolved.server = ResolveServerOptions(path.options());
  if (!path.options().has_show_server_version()) resolved.server.show_server_version = true;  // spec 2.2.19
  if (!path.has_backend()) return resolved;  // told as a missing key
  const Where at = where.Key("backend");
  if (path.backend().has_rawsocket()) {
    context.Error(at.Key("type"), "expected \"websocket\": messages of WebSocket clients are passed on");
    return resolved;
  }
  if (path.backend().websocket().has_serializers()) {
    context.Warn(at.Key("serializers"),
                 "has no effect here: the subprotocols that clients ask for are passed on");
  }
  v1::ClientTransport backend = path.backend();
  backend.mutable_websocket()->clear_serializers();
  const proxy::BackendOptions client = ResolveClientTransport(backend, at, context);
  resolved.endpoint = client.endpoint;
  resolved.tls = client.tls;
  resolved.connect_timeout = client.join_timeout;
  resolved.client = std::get<proxy::BackendOptions::WebSocket>(client.transport).options;
  resolved.client.subprotocols.clear();
  return resolved;
}

}  // namespace wampgate::config
