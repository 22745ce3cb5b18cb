#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "auth/options.hpp"
#include "base/byte_buffer.hpp"
#include "net/loop.hpp"
#include "proxy/backend_dialer.hpp"
#include "proxy/options.hpp"
#include "proxy/routes.hpp"
#include "wamp/session_registry.hpp"

namespace wampgate::proxy {

/// Who this node is: towards routers (spec 5.9.1), and towards clients where details are exposed.
struct NodeIdentity {
  std::string node;        ///< node id; authid towards backends
  std::string worker;      ///< worker id
  std::string public_key;  ///< of the node key, lower-case hexadecimal; empty: the node has none
  bool operator==(const NodeIdentity&) const = default;
};

/// What the sessions of one WAMP endpoint are made from: a part of the snapshot. A session holds it until
/// WELCOME and keeps of it what it needs after.
struct FrontendSettings {
  SessionLimits limits;
  std::shared_ptr<const NodeIdentity> node;
  std::optional<auth::Options> auth;  ///< authenticating mode; absent: the builtin anonymous
  /// Which of the two modes, and where its backends are.
  std::variant<std::shared_ptr<const TransparentRoutes>, std::shared_ptr<const RouteTable>> routes;
};

/// Messages that did not reach the other side of their session, since the process began.
struct RelayCounters {
  std::uint64_t dropped = 0;        ///< nobody could be told
  std::uint64_t unexpressible = 0;  ///< in the other side's serializer
  std::uint64_t too_long = 0;       ///< for the other side
};

/// What all sessions of a worker process share; outlives them. Loop's thread only.
struct Runtime {
  net::Loop& loop;
  wamp::SessionRegistry& registry;
  BackendDialer& dialer;
  ByteBuffer scratch;  ///< translations, between two calls empty
  std::string detail;  ///< what was wrong with the message at hand
  RelayCounters counters{};
};

/// `limits.max_sessions`, or what the descriptor limit allows: two descriptors per session and a reserve
/// of 64.
std::size_t EffectiveSessionLimit(const SessionLimits& limits);

}  // namespace wampgate::proxy
