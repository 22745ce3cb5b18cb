#include "wamp/session_end.hpp"

#include <fmt/core.h>

#include "base/log.hpp"

namespace wampgate::wamp {

void LogSessionEnd(std::string_view module, const SessionEnd& end) {
  if (!log::Enabled(log::Level::kInfo)) return;
  log::Info(module, "session ended",
            {{"transport", end.transport.transport},
             {"peer", end.transport.peer},
             {"session", end.session},
             {"realm", end.realm},
             {"authid", end.authid},
             {"role", end.role},
             {"backend", end.backend},
             {"reason", Name(end.reason)},
             {"detail", end.detail},
             {"duration_ms", std::chrono::duration_cast<std::chrono::milliseconds>(end.age).count()},
             {"messages_in", end.traffic.messages_in},
             {"messages_out", end.traffic.messages_out},
             {"octets_in", end.traffic.octets_in},
             {"octets_out", end.traffic.octets_out}});
}

std::string CloseReason(EndReason reason, std::string_view text) {
  if (text.empty()) return {};
  switch (reason) {
    case EndReason::kProtocolViolation:
      return fmt::format("WAMP Protocol Error ({})", text);
    case EndReason::kInternal:
      return fmt::format("WAMP Internal Error ({})", text);
    default:
      return std::string(text);
  }
}

}  // namespace wampgate::wamp
