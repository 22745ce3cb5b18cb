#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "auth/options.hpp"
#include "config/management.hpp"
#include "http/options.hpp"
#include "net/endpoint.hpp"
#include "net/tls_files.hpp"
#include "proxy/options.hpp"
#include "rawsocket/options.hpp"
#include "router/options.hpp"
#include "wamp/serialization.hpp"
#include "web/archive_options.hpp"
#include "web/options.hpp"
#include "websocket/options.hpp"

/// The node as it is to run: immutable, fully defaulted, cross-checked. Made by Resolve from the config
/// message; nothing on the data path reads protobuf or JSON.
namespace wampgate::config {

/// A WAMP endpoint over WebSocket: `websocket` transports and paths, `websocket-proxy` paths.
struct WampWebSocket {
  std::vector<wamp::Serializer> serializers;  ///< accepted; the client's order decides
  websocket::ServerOptions options;
  std::optional<auth::Options> auth;                     ///< authenticating mode and router workers
  std::optional<proxy::TransparentOptions> transparent;  ///< set: transparent mode (proxy workers only)
  bool operator==(const WampWebSocket&) const = default;
};

struct Path;
/// A level of the path table (spec 4.1): segment → service; "/" is the level's own service.
struct PathLevel {
  std::map<std::string, Path> paths;
  bool operator==(const PathLevel&) const;
};
struct NotFoundPath {  ///< `none`
  bool operator==(const NotFoundPath&) const = default;
};
struct Path {
  std::string name;  ///< resource name, "workers/w/transports/t/paths/p[/paths/q]"
  std::variant<NotFoundPath, PathLevel, web::StaticOptions, web::NodeInfoOptions, web::MetricsOptions,
               web::HealthOptions, web::JsonOptions, web::RedirectOptions, proxy::TunnelOptions,
               web::ArchiveOptions, WampWebSocket>
      service;
  bool operator==(const Path&) const = default;
};
inline bool PathLevel::operator==(const PathLevel& other) const {
  return paths == other.paths;
}

struct WebTransport {
  http::ServerOptions options;
  PathLevel root;
  bool operator==(const WebTransport&) const = default;
};
struct RawSocketTransport {
  rawsocket::ServerOptions options;
  std::optional<auth::Options> auth;
  std::optional<proxy::TransparentOptions> transparent;
  bool operator==(const RawSocketTransport&) const = default;
};

/// `universal`: by the first octets; what is absent is not spoken.
struct UniversalTransport {
  std::optional<RawSocketTransport> rawsocket;
  PathLevel websocket;  ///< WampWebSocket each; "/" is the URL "/" alone
  std::optional<WebTransport> web;
  std::chrono::milliseconds open_handshake_timeout{5000};  ///< for the first octets; 0 = off
  bool operator==(const UniversalTransport&) const = default;
};
/// `websocket.testee`
struct WebSocketTestee {
  websocket::ServerOptions options;
  bool operator==(const WebSocketTestee&) const = default;
};

struct Transport {
  std::string id;    ///< last part of the name
  std::string name;  ///< "workers/w/transports/t"
  net::ListenEndpoint endpoint;
  std::optional<net::ListenTls> tls{};  ///< without its context; the worker reads the files
  std::variant<WebTransport, WampWebSocket, RawSocketTransport, WebSocketTestee, UniversalTransport> protocol;
  bool operator==(const Transport&) const = default;
};
/// What it speaks over RawSocket; null: nothing.
inline const RawSocketTransport* RawSocketOf(const Transport& transport) {
  if (const auto* universal = std::get_if<UniversalTransport>(&transport.protocol))
    return universal->rawsocket ? &*universal->rawsocket : nullptr;
  return std::get_if<RawSocketTransport>(&transport.protocol);
}

enum class WorkerType : unsigned char { kProxy, kRouter };

struct Worker {
  std::string id;
  std::string title;  ///< process title; empty: the daemon's own
  WorkerType type = WorkerType::kProxy;
  int processes = 1;
  std::map<std::string, std::string> env;
  bool inherit_env = true;
  std::vector<Transport> transports;
  // proxy
  std::map<std::string, proxy::BackendOptions> backends;         ///< `connections`, by id
  std::map<std::string, proxy::BackendOptions> worker_backends;  ///< `backends`, by id; endpoints have theirs
  proxy::RouteOptions routes;
  proxy::SessionLimits limits;
  // router
  std::vector<router::RealmOptions> realms;
  bool operator==(const Worker&) const = default;
};

struct Node {
  std::string id;          ///< node id, authid towards backends
  std::string public_key;  ///< of the node key, towards backends (spec 5.9.1); empty: the node has none
  std::string directory;   ///< absolute
  std::chrono::milliseconds shutdown_grace{10000};  ///< for sessions to end after SIGTERM
  Management management;
  /// Processes without a supervisor end after so long; 0: never.
  std::chrono::milliseconds orphan_timeout{std::chrono::minutes(10)};
  bool auto_rollback = true;  ///< of a revision that makes processes crash
  std::vector<Worker> workers;
  bool operator==(const Node&) const = default;
};

}  // namespace wampgate::config
