#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/end_reason.hpp"
#include "base/message_channel.hpp"
#include "wamp/session_acceptor.hpp"

namespace wampgate::wamp {

/// What is told of a client session when it has ended, whoever served it.
struct SessionEnd {
  const TransportDetails& transport;
  std::uint64_t session = 0;  ///< 0: it never got WELCOME
  std::string_view realm{};
  std::string_view authid{};
  std::string_view role{};
  std::string_view backend{};  ///< empty at the embedded router, and before one was chosen
  EndReason reason = EndReason::kInternal;
  std::string_view detail{};
  std::chrono::steady_clock::duration age{};
  MessageChannel::Traffic traffic{};  ///< with the client
};

/// The one log line of a session, at level info: the same fields in the same order for every kind of session.
void LogSessionEnd(std::string_view module, const SessionEnd& end);

/// The text of the Close frame behind an ABORT or GOODBYE: `text`, for WAMP errors in the words that clients
/// know from Crossbar (spec 2.5). The channel cuts it to what a Close frame holds.
std::string CloseReason(EndReason reason, std::string_view text);

}  // namespace wampgate::wamp
