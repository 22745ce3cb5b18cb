#include "proxy/close_codes.hpp"

#include "wamp/uri.hpp"

namespace wampgate::proxy {

namespace {

constexpr std::string_view kTimeout = "wamp.error.timeout";
constexpr std::string_view kKilled = "wamp.close.killed";

}  // namespace

EndWords WordsFor(EndReason reason) {
  namespace uri = wamp::uri;
  switch (reason) {
    case EndReason::kClientClosed:
    case EndReason::kClientGoodbye:
    case EndReason::kBackendGoodbye:
      return {uri::kCloseNormal, 1000, "session closed"};
    case EndReason::kClientLost:
    case EndReason::kClientTimeout:
      return {uri::kCloseNormal, 1001, "connection lost"};
    case EndReason::kClientViolation:
    case EndReason::kProtocolViolation:
      return {uri::kProtocolViolation, 1002, "protocol violation"};
    case EndReason::kSlowConsumer:
      return {uri::kUnavailable, 1008, "messages were not taken in time"};
    case EndReason::kHelloTimeout:
      return {kTimeout, 1008, "no HELLO or AUTHENTICATE in time"};
    case EndReason::kJoinTimeout:
      return {uri::kUnavailable, 1013, "the backend did not answer in time"};
    case EndReason::kAuthFailed:
      return {uri::kAuthenticationFailed, 1008, "authentication failed"};
    case EndReason::kNoSuchRealm:
      return {uri::kNoSuchRealm, 1008, "no such realm"};
    case EndReason::kNoSuchRole:
      return {uri::kNoSuchRole, 1008, "no such role"};
    case EndReason::kBackendUnreachable:
      return {uri::kUnavailable, 1013, "no backend could be reached"};
    case EndReason::kBackendRefused:
      return {uri::kAuthenticationFailed, 1008, "the backend refused the session"};
    case EndReason::kBackendLost:
      return {uri::kCloseSystemShutdown, 1012, "the backend is gone"};
    case EndReason::kBackendViolation:
      return {uri::kCloseSystemShutdown, 1011, "the backend broke the protocol"};
    case EndReason::kClosedByOperator:
      return {kKilled, 1001, "session closed by the operator"};
    case EndReason::kShutdown:
      return {uri::kCloseSystemShutdown, 1001, "this process of the node ends; connect again"};
    case EndReason::kOverload:
      return {uri::kUnavailable, 1013, "too many sessions"};
    case EndReason::kInternal:
      return {uri::kRuntimeError, 1011, "internal error"};
  }
  return {uri::kRuntimeError, 1011, ""};
}

std::string_view CloseText(std::string_view text) {
  constexpr std::size_t kMost = 123;
  if (text.size() <= kMost) return text;
  std::size_t size = kMost;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace wampgate::proxy
