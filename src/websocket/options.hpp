#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wampgate::websocket {

/// `compression.deflate` (spec 2.3.1, RFC 7692).
struct DeflateOptions {
  bool request_no_context_takeover = false;
  int request_max_window_bits = 0;  ///< 0 or 9…15
  std::optional<bool> no_context_takeover{};
  std::optional<int> max_window_bits{};  ///< 9…15
  std::optional<int> memory_level{};     ///< 1…9
  bool operator==(const DeflateOptions&) const = default;
};

/// Automatic pings (spec 2.2.17).
struct PingOptions {
  std::chrono::milliseconds interval{0};  ///< 0 = off
  std::chrono::milliseconds timeout{0};   ///< 0 = off
  int size = 12;                          ///< 12…125
  bool restart_on_any_traffic = true;
  bool operator==(const PingOptions&) const = default;
};

/// What both sides of a connection are run with after the handshake.
struct ConnectionOptions {
  bool validate_utf8 = true;
  bool require_masked = true;  ///< the peer's frames (servers); false: either
  bool refuse_masked = false;  ///< masked frames are a violation (clients, RFC 6455 5.1)
  bool mask = false;           ///< our frames (clients: true)
  bool apply_mask = true;
  std::size_t max_frame_size = 0;    ///< wire octets of one received data frame; 0 = unlimited
  std::size_t max_message_size = 0;  ///< octets of one received message, wire and inflated; 0 = 64 MiB guard
  std::size_t auto_fragment_size = 0;  ///< 0 = off
  bool fail_by_drop = false;
  bool echo_close_codereason = false;
  bool tcp_nodelay = true;
  std::chrono::milliseconds close_handshake_timeout{1000};  ///< 0 = wait for ever
  PingOptions ping;
  bool operator==(const ConnectionOptions&) const = default;
};

/// The options of spec 2.2, defaults resolved.
struct ServerOptions {
  std::vector<std::string> allowed_origins{"*"};
  bool allow_null_origin = true;
  std::optional<std::uint16_t> external_port;
  std::chrono::milliseconds open_handshake_timeout{5000};  ///< 0 = off
  bool enable_webstatus = true;
  bool enable_hybi10 = true;
  bool enable_rfc6455 = true;
  bool require_websocket_subprotocol = true;
  bool show_server_version = false;
  std::optional<DeflateOptions> deflate;
  ConnectionOptions connection;
  bool operator==(const ServerOptions&) const = default;
};

/// A WebSocket backend (spec 1.12).
struct ClientOptions {
  std::string host;                       ///< Host header
  std::string target = "/";               ///< request target
  std::vector<std::string> subprotocols;  ///< offered in this order
  std::vector<std::pair<std::string, std::string>> headers;
  std::chrono::milliseconds open_handshake_timeout{5000};
  std::optional<DeflateOptions> deflate;  ///< offered if set
  ConnectionOptions connection = ClientConnection();

  /// What a client uses unless told otherwise: masks its frames, takes unmasked ones, fails by dropping.
  static ConnectionOptions ClientConnection() {
    ConnectionOptions options;
    options.require_masked = false;
    options.refuse_masked = true;
    options.mask = true;
    options.fail_by_drop = true;
    return options;
  }
  bool operator==(const ClientOptions&) const = default;
};

}  // namespace wampgate::websocket
