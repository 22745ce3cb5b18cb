#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "auth/options.hpp"
#include "net/endpoint.hpp"
#include "net/tls_files.hpp"
#include "rawsocket/options.hpp"
#include "wamp/serialization.hpp"
#include "websocket/options.hpp"

namespace wampgate::proxy {

/// How a router is reached: one entry of `connections`, of a path's `backends` or of a worker's `backends`.
struct BackendOptions {
  std::string id;    ///< `connections` key, or "backend001", …
  std::string name;  ///< resource name, "workers/w/backends/b"
  net::ConnectEndpoint endpoint;
  std::optional<net::ConnectTls> tls{};
  struct WebSocket {
    websocket::ClientOptions options;
    std::vector<wamp::Serializer> serializers;  ///< in order of preference
    bool operator==(const WebSocket&) const = default;
  };
  std::variant<rawsocket::ClientOptions, WebSocket> transport;
  std::chrono::milliseconds join_timeout{10000};  ///< connect, handshake and WELCOME together
  bool operator==(const BackendOptions&) const = default;
};

/// Transparent mode (spec 4.13): the realm in HELLO picks the backends; several of one realm are a round
/// robin.
struct TransparentOptions {
  std::map<std::string, std::vector<BackendOptions>> by_realm;
  std::vector<BackendOptions> fallback;  ///< elements without `realm`
  bool operator==(const TransparentOptions&) const = default;
};

/// A backend of a route, and its share of the route's sessions (ours).
struct RouteTarget {
  std::string backend;       ///< id
  std::uint32_t weight = 1;  ///< in proportion to the others'; 0: none
  bool is_backup = false;    ///< only while no other is usable
  bool operator==(const RouteTarget&) const = default;
};
/// The backends of one route, in order (spec 5.10).
using RouteTargets = std::vector<RouteTarget>;

/// Routes of authenticating mode: realm → role → targets (spec 5.1).
struct RouteOptions {
  std::map<std::string, std::map<std::string, RouteTargets>> realms;
  bool operator==(const RouteOptions&) const = default;
};

/// What becomes of the routes that were there.
struct RouteChanges {
  enum class Others : std::uint8_t { kGo, kStay };
  RouteOptions put{};                                          ///< come, or are changed
  std::vector<std::pair<std::string, std::string>> removed{};  ///< realm and role
  Others others = Others::kGo;
};

/// `websocket-reverseproxy` (spec 4.10).
struct TunnelOptions {
  std::string name;  ///< resource name of the path
  websocket::ServerOptions server;
  net::ConnectEndpoint endpoint;
  std::optional<net::ConnectTls> tls{};
  /// Towards the backend; path, query, headers and subprotocols of the client come to these.
  websocket::ClientOptions client;
  std::chrono::milliseconds connect_timeout{10000};  ///< connect and handshake together
  bool operator==(const TunnelOptions&) const = default;
};

/// Deadlines and budgets of frontend sessions (ours: `limits`).
struct SessionLimits {
  std::chrono::milliseconds hello_timeout{10000};
  std::chrono::milliseconds authenticate_timeout{30000};   ///< from CHALLENGE to AUTHENTICATE
  std::chrono::milliseconds slow_consumer_timeout{30000};  ///< above the high watermark for longer: closed
  std::size_t max_sessions = 0;                            ///< 0: from the descriptor limit
  bool expose_backend_details = false;                     ///< pass x_cb_* and transport back in WELCOME
  bool operator==(const SessionLimits&) const = default;
};

}  // namespace wampgate::proxy
