#include "config/resolve_client_transport.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/resolve_endpoint.hpp"
#include "config/resolve_tls.hpp"
#include "config/resolve_websocket.hpp"
#include "config/websocket_url.hpp"

namespace wampgate::config {
namespace {

using std::chrono::milliseconds;

/// A field name is a token (RFC 9110, section 5.6.2); a value has no control characters.
bool IsHeaderName(std::string_view name) {
  const auto token = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), token);
}
bool IsHeaderValue(std::string_view value) {
  return std::none_of(value.begin(), value.end(),
                      [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7F; });
}

void ResolveHeaders(const v1::WebSocketClient& client, const Where& where, const Context& context,
                    websocket::ClientOptions& options) {
  for (const auto& [name, value] :
       std::map<std::string, std::string>(client.headers().begin(), client.headers().end())) {
    if (!IsHeaderName(name)) context.Error(where.Key(name), "expected the name of an HTTP header");
    if (!IsHeaderValue(value)) context.Error(where.Key(name), "a header's value has no control characters");
    options.headers.emplace_back(name, value);
  }
}

/// The host of a URL "wss://…"; empty for others.
std::string SecureHost(const v1::ClientTransport& transport) {
  if (!transport.has_websocket() || !transport.has_url()) return "";
  const auto url = ParseWebSocketUrl(transport.url());
  return url.ok() && url->secure ? url->host : "";
}

void ResolveUrl(const v1::ClientTransport& transport, const Where& where, const Context& context,
                websocket::ClientOptions& options) {
  if (!transport.has_url()) {
    context.Error(where, "Transport requires 'url' key; expected \"ws://host[:port][/path]\"");
    return;
  }
  const auto url = ParseWebSocketUrl(transport.url());
  if (!url.ok()) {
    context.Error(where,
                  fmt::format("expected a URL {}, found {}", Message(url.status()), Quote(transport.url())));
    return;
  }
  options.host = url->HostHeader();
  options.target = url->target;
}

proxy::BackendOptions::WebSocket ResolveWebSocket(const v1::ClientTransport& transport, const Where& where,
                                                  const Context& context) {
  const v1::WebSocketClient& client = transport.websocket();
  proxy::BackendOptions::WebSocket resolved;
  resolved.options = ResolveClientOptions(client.options());
  ResolveUrl(transport, where.Key("url"), context, resolved.options);
  ResolveHeaders(client, where.Key("headers"), context, resolved.options);
  resolved.serializers = ResolveSerializers(client.has_serializers() ? &client.serializers() : nullptr,
                                            {wamp::Serializer::kCbor, wamp::Serializer::kJson},
                                            where.Key("serializers"), context);
  for (const wamp::Serializer serializer : resolved.serializers) {
    resolved.options.subprotocols.emplace_back(wamp::Subprotocol({serializer, wamp::Batching::kNone}));
  }
  return resolved;
}

rawsocket::ClientOptions ResolveRawSocket(const v1::RawSocketClient& client) {
  rawsocket::ClientOptions resolved;
  if (client.has_serializer()) resolved.serializer = ResolveSerializer(client.serializer());
  if (client.options().has_max_message_size()) {
    resolved.max_message_size = static_cast<std::size_t>(std::max(client.options().max_message_size(), 0));
  }
  if (client.options().has_open_handshake_timeout()) {
    resolved.handshake_timeout = milliseconds(client.options().open_handshake_timeout());
  }
  return resolved;
}

}  // namespace

proxy::BackendOptions ResolveClientTransport(const v1::ClientTransport& transport, const Where& where,
                                             const Context& context) {
  proxy::BackendOptions resolved;
  if (transport.has_join_timeout()) resolved.join_timeout = milliseconds(transport.join_timeout());
  resolved.endpoint =
      ResolveConnect(transport.endpoint(), resolved.join_timeout, where.Key("endpoint"), context);
  resolved.tls =
      ResolveConnectTls(transport.endpoint(), SecureHost(transport), where.Key("endpoint"), context);
  if (transport.has_rawsocket()) {
    resolved.transport = ResolveRawSocket(transport.rawsocket());
  } else if (transport.has_websocket()) {
    resolved.transport = ResolveWebSocket(transport, where, context);
  }
  return resolved;
}

}  // namespace wampgate::config
