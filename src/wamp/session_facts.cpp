#include "wamp/session_facts.hpp"

namespace wampgate::wamp {

std::string_view Name(SessionStage stage) {
  constexpr std::string_view kNames[kSessionStages] = {"accept", "tls",   "upgrade", "hello",
                                                       "auth",   "route", "join",    "open"};
  return kNames[static_cast<std::size_t>(stage)];
}

}  // namespace wampgate::wamp
