#include <fmt/format.h>

#include "config/resolve_auth.hpp"
#include "config/resolve_path.hpp"
#include "config/resolve_websocket.hpp"
#include "config/websocket_url.hpp"
#include "wampgate/v1/transport.pb.h"

namespace wampgate::config {

void CheckServerUrl(const std::string& text, const Where& where, const Context& context) {
  const auto url = ParseWebSocketUrl(text);
  if (!url.ok()) {
    context.Error(where, fmt::format("expected a URL {}, found {}", Message(url.status()), Quote(text)));
  } else if (url->has_query) {
    context.Error(where, fmt::format("expected a URL without a query, found {}", Quote(text)));
  }
}

namespace {

void WarnIfNoVersion(const websocket::ServerOptions& options, const Where& where, const Context& context) {
  if (options.enable_rfc6455 || options.enable_hybi10) return;
  context.Warn(where.Key("options").Key("enable_rfc6455"),
               "no client can connect: enable_hybi10 is off too, which leaves no version of the protocol");
}

}  // namespace

websocket::ServerOptions ResolveTestee(const v1::WebSocketTesteeTransport& testee, const Where& where,
                                       const Context& context) {
  if (testee.has_url()) CheckServerUrl(testee.url(), where.Key("url"), context);
  websocket::ServerOptions options = ResolveServerOptions(testee.options());
  options.show_server_version = true;  // spec 1.8
  WarnIfNoVersion(options, where, context);
  return options;
}

template <typename Message>
WampWebSocket ResolveWampWebSocket(const Message& message, const WampEndpoint& endpoint, const Where& where,
                                   const Context& context) {
  WampWebSocket resolved;
  if (message.has_url()) CheckServerUrl(message.url(), where.Key("url"), context);
  resolved.serializers = ResolveSerializers(message.has_serializers() ? &message.serializers() : nullptr,
                                            AllSerializers(), where.Key("serializers"), context);
  resolved.options = ResolveServerOptions(message.options());
  WarnIfNoVersion(resolved.options, where, context);
  if constexpr (requires { message.auth(); }) {
    if (message.has_auth())
      resolved.auth = ResolveAuth(message.auth(), endpoint.listen, where.Key("auth"), context);
    if (!message.has_auth()) resolved.transparent = endpoint.backends;
  }
  return resolved;
}

template WampWebSocket ResolveWampWebSocket(const v1::WebSocketPath&, const WampEndpoint&, const Where&,
                                            const Context&);
template WampWebSocket ResolveWampWebSocket(const v1::WebSocketProxyPath&, const WampEndpoint&, const Where&,
                                            const Context&);
template WampWebSocket ResolveWampWebSocket(const v1::WebSocketTransport&, const WampEndpoint&, const Where&,
                                            const Context&);

}  // namespace wampgate::config
