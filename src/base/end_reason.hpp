#pragma once

#include <cstdint>
#include <string_view>

namespace wampgate {

/// Why a session ended or never began: the closed list used in log lines, metrics and the API alike.
enum class EndReason : std::uint8_t {
  kClientClosed,       ///< the client closed its connection without GOODBYE
  kClientGoodbye,      ///< GOODBYE from the client
  kClientLost,         ///< the client's connection broke
  kClientTimeout,      ///< ping, close or idle deadline on the client's side
  kClientViolation,    ///< framing violation (WebSocket, RawSocket, UTF-8, size)
  kProtocolViolation,  ///< WAMP violation: wrong state, malformed message
  kSlowConsumer,       ///< did not take its messages within the budget
  kHelloTimeout,       ///< no HELLO in time
  kJoinTimeout,        ///< the backend did not answer HELLO in time
  kAuthFailed,         ///< refused by our authentication
  kNoSuchRealm,
  kNoSuchRole,
  kBackendUnreachable,  ///< no backend of the route could be connected
  kBackendRefused,      ///< the backend answered HELLO with ABORT
  kBackendGoodbye,      ///< GOODBYE from the backend
  kBackendLost,         ///< the backend's connection broke
  kBackendViolation,    ///< the backend sent what it may not
  kClosedByOperator,    ///< API, or its transport, path, backend or route was removed
  kShutdown,            ///< the node or worker stops
  kOverload,            ///< limit of sessions or descriptors
  kInternal,            ///< a fault of ours
};

/// Stable spelling: "client_closed", "backend_lost", ….
std::string_view Name(EndReason reason);

}  // namespace wampgate
