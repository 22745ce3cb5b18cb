// What becomes of a message that cannot reach the other side of a relay.
#include "proxy/relay.hpp"

namespace wampgate::proxy {

Relay::Passed Relay::Refuse(Toward /*toward*/, std::string_view message, Refusal why) {
  if (why == Refusal::kTooLong) {
    runtime_.detail =
        "message of " + std::to_string(message.size()) + " octets is longer than the other side takes";
  }
  return Passed::kViolation;
}

}  // namespace wampgate::proxy
