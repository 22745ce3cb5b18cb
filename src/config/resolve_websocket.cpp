#include "config/resolve_websocket.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/units.hpp"

namespace wampgate::config {
namespace {

using std::chrono::milliseconds;

/// zlib has no window of 8 bits for raw deflate; the documentation allows it (spec, appendix F).
int WindowBits(int bits) {
  return bits == 8 ? 9 : bits;
}

std::optional<websocket::DeflateOptions> ResolveDeflate(const v1::Compression& compression) {
  if (!compression.has_deflate()) return std::nullopt;
  const v1::Deflate& deflate = compression.deflate();
  websocket::DeflateOptions resolved;
  resolved.request_no_context_takeover = deflate.request_no_context_takeover();
  resolved.request_max_window_bits = WindowBits(deflate.request_max_window_bits());
  if (deflate.has_no_context_takeover()) resolved.no_context_takeover = deflate.no_context_takeover();
  if (deflate.has_max_window_bits()) resolved.max_window_bits = WindowBits(deflate.max_window_bits());
  if (deflate.has_memory_level()) resolved.memory_level = deflate.memory_level();
  return resolved;
}

/// The options that servers and clients spell alike.
template <typename Options>
void ResolveCommon(const Options& options, websocket::ConnectionOptions& resolved) {
  if (options.has_validate_utf8()) resolved.validate_utf8 = options.validate_utf8();
  if (options.has_apply_mask()) resolved.apply_mask = options.apply_mask();
  resolved.max_frame_size = static_cast<std::size_t>(std::max(options.max_frame_size(), 0));
  resolved.max_message_size = static_cast<std::size_t>(std::max(options.max_message_size(), 0));
  resolved.auto_fragment_size = static_cast<std::size_t>(std::max(options.auto_fragment_size(), 0));
  if (options.has_fail_by_drop()) resolved.fail_by_drop = options.fail_by_drop();
  if (options.has_echo_close_codereason()) resolved.echo_close_codereason = options.echo_close_codereason();
  if (options.has_tcp_nodelay()) resolved.tcp_nodelay = options.tcp_nodelay();
  if (options.has_auto_ping_size()) resolved.ping.size = options.auto_ping_size();
  if (options.has_auto_ping_restart_on_any_traffic()) {
    resolved.ping.restart_on_any_traffic = options.auto_ping_restart_on_any_traffic();
  }
}

}  // namespace

websocket::ServerOptions ResolveServerOptions(const v1::WebSocketOptions& options) {
  websocket::ServerOptions resolved;
  ResolveCommon(options, resolved.connection);
  if (options.has_allowed_origins()) {
    resolved.allowed_origins.assign(options.allowed_origins().values().begin(),
                                    options.allowed_origins().values().end());
  }
  if (options.has_allow_null_origin()) resolved.allow_null_origin = options.allow_null_origin();
  if (options.has_external_port())
    resolved.external_port = static_cast<std::uint16_t>(options.external_port());
  if (options.has_open_handshake_timeout()) {
    resolved.open_handshake_timeout = milliseconds(options.open_handshake_timeout());
  }
  if (options.has_close_handshake_timeout()) {
    resolved.connection.close_handshake_timeout = milliseconds(options.close_handshake_timeout());
  }
  resolved.connection.ping.interval = milliseconds(options.auto_ping_interval());
  resolved.connection.ping.timeout = milliseconds(options.auto_ping_timeout());
  if (options.has_enable_webstatus()) resolved.enable_webstatus = options.enable_webstatus();
  if (options.has_enable_hybi10()) resolved.enable_hybi10 = options.enable_hybi10();
  if (options.has_enable_rfc6455()) resolved.enable_rfc6455 = options.enable_rfc6455();
  if (options.has_mask_server_frames()) resolved.connection.mask = options.mask_server_frames();
  if (options.has_require_masked_client_frames()) {
    resolved.connection.require_masked = options.require_masked_client_frames();
  }
  if (options.has_require_websocket_subprotocol()) {
    resolved.require_websocket_subprotocol = options.require_websocket_subprotocol();
  }
  if (options.has_show_server_version()) resolved.show_server_version = options.show_server_version();
  resolved.deflate = ResolveDeflate(options.compression());
  return resolved;
}

websocket::ClientOptions ResolveClientOptions(const v1::WebSocketClientOptions& options) {
  websocket::ClientOptions resolved;
  ResolveCommon(options, resolved.connection);
  if (options.has_mask_client_frames()) resolved.connection.mask = options.mask_client_frames();
  if (options.has_open_handshake_timeout()) {
    resolved.open_handshake_timeout = FromEitherDialect(options.open_handshake_timeout());
  }
  if (options.has_close_handshake_timeout()) {
    resolved.connection.close_handshake_timeout = FromEitherDialect(options.close_handshake_timeout());
  }
  resolved.connection.ping.interval = FromEitherDialect(options.auto_ping_interval());
  resolved.connection.ping.timeout = FromEitherDialect(options.auto_ping_timeout());
  resolved.deflate = ResolveDeflate(options.compression());
  return resolved;
}

std::vector<wamp::Serializer> AllSerializers() {
  return {wamp::Serializer::kCbor, wamp::Serializer::kMsgpack, wamp::Serializer::kJson};
}

wamp::Serializer ResolveSerializer(v1::Serializer serializer) {
  switch (serializer) {
    case v1::JSON:
      return wamp::Serializer::kJson;
    case v1::MSGPACK:
      return wamp::Serializer::kMsgpack;
    default:
      return wamp::Serializer::kCbor;
  }
}

std::vector<wamp::Serializer> ResolveSerializers(const v1::SerializerList* list,
                                                 std::vector<wamp::Serializer> fallback, const Where& where,
                                                 const Context& context) {
  if (list == nullptr) return fallback;
  std::vector<wamp::Serializer> serializers;
  for (int i = 0; i < list->values_size(); ++i) {
    const wamp::Serializer serializer = ResolveSerializer(list->values(i));
    if (std::find(serializers.begin(), serializers.end(), serializer) != serializers.end()) {
      context.Warn(where.Index(static_cast<std::size_t>(i)),
                   fmt::format("{} stands here twice", Quote(Name(serializer))));
      continue;
    }
    serializers.push_back(serializer);
  }
  if (serializers.empty()) context.Error(where, "no valid WAMP serializers specified");
  return serializers;
}

}  // namespace wampgate::config
