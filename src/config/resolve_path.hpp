#pragma once

#include <optional>
#include <string>

#include "config/resolve_context.hpp"
#include "config/resolved.hpp"
#include "wampgate/v1/path.pb.h"
#include "wampgate/v1/transport.pb.h"

namespace wampgate::config {

/// What the endpoints for WAMP clients of one transport have in common.
struct WampEndpoint {
  WorkerType worker = WorkerType::kProxy;
  net::ListenEndpoint listen;
  /// Worker-level `backends`: where clients go that no `auth` concerns.
  std::optional<proxy::TransparentOptions> backends;
};

/// The level of `paths`, with those below. `parent` is the resource it belongs to, `where` that of `paths`.
PathLevel ResolvePaths(const google::protobuf::Map<std::string, v1::Path>& paths, const std::string& parent,
                       const WampEndpoint& endpoint, const Where& where, const Context& context);

/// The public address of a WebSocket server, which nothing needs.
void CheckServerUrl(const std::string& text, const Where& where, const Context& context);

/// For `websocket` paths and transports, which are spelled alike.
template <typename Message>
WampWebSocket ResolveWampWebSocket(const Message& message, const WampEndpoint& endpoint, const Where& where,
                                   const Context& context);

websocket::ServerOptions ResolveTestee(const v1::WebSocketTesteeTransport& testee, const Where& where,
                                       const Context& context);

}  // namespace wampgate::config
