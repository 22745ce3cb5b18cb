#include "base/end_reason.hpp"

namespace wampgate {

std::string_view Name(EndReason reason) {
  switch (reason) {
    case EndReason::kClientClosed:
      return "client_closed";
    case EndReason::kClientGoodbye:
      return "client_goodbye";
    case EndReason::kClientLost:
      return "client_lost";
    case EndReason::kClientTimeout:
      return "client_timeout";
    case EndReason::kClientViolation:
      return "client_violation";
    case EndReason::kProtocolViolation:
      return "protocol_violation";
    case EndReason::kSlowConsumer:
      return "slow_consumer";
    case EndReason::kHelloTimeout:
      return "hello_timeout";
    case EndReason::kJoinTimeout:
      return "join_timeout";
    case EndReason::kAuthFailed:
      return "auth_failed";
    case EndReason::kNoSuchRealm:
      return "no_such_realm";
    case EndReason::kNoSuchRole:
      return "no_such_role";
    case EndReason::kBackendUnreachable:
      return "backend_unreachable";
    case EndReason::kBackendRefused:
      return "backend_refused";
    case EndReason::kBackendGoodbye:
      return "backend_goodbye";
    case EndReason::kBackendLost:
      return "backend_lost";
    case EndReason::kBackendViolation:
      return "backend_violation";
    case EndReason::kClosedByOperator:
      return "closed_by_operator";
    case EndReason::kShutdown:
      return "shutdown";
    case EndReason::kOverload:
      return "overload";
    case EndReason::kInternal:
      return "internal";
  }
  return "internal";
}

}  // namespace wampgate
