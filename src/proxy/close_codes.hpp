#pragma once

#include <cstdint>
#include <string_view>

#include "base/end_reason.hpp"

namespace wampgate::proxy {

/// What a client is told when its session ends for a reason, unless a router or an authenticator said it
/// already. Close codes by RFC 6455 7.4.1 and the IANA registry: 1000 the session was left, 1001 we go away,
/// 1002 the client broke WAMP, 1008 we refuse the client as it is (trying again the same way is no use), 1011
/// the other side of the gateway is broken, 1012 and 1013 it is not there now (try again).
struct EndWords {
  std::string_view uri;      ///< reason of the GOODBYE or ABORT
  std::uint16_t close_code;  ///< of a WebSocket
  std::string_view text;     ///< `message` unless there is something more precise to say
};

EndWords WordsFor(EndReason reason);

/// A close frame holds 123 octets of reason: the text, cut before a code point that does not fit.
std::string_view CloseText(std::string_view text);

}  // namespace wampgate::proxy
