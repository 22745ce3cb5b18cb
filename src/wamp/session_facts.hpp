#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/end_reason.hpp"
#include "base/message_channel.hpp"
#include "wamp/serialization.hpp"

namespace wampgate::wamp {

/// How far a client came.
enum class SessionStage : std::uint8_t { kAccept, kTls, kUpgrade, kHello, kAuth, kRoute, kJoin, kOpen };
inline constexpr std::size_t kSessionStages = 8;
/// "accept", "tls", ….
std::string_view Name(SessionStage stage);

/// What is known of a session at the moment. Views live as long as the session does not change. What a client
/// or a backend has said is as it came: of any length, and not for a terminal.
struct SessionFacts {
  bool is_open = false;  ///< between WELCOME and the begin of its end
  std::string_view role = {}, authid = {}, authmethod = {};
  std::optional<Serialization> client = {}, backend = {};  ///< absent where there is no connection
  MessageChannel::Traffic traffic = {};                    ///< of the client's connection
  std::size_t buffered_to_client = 0, buffered_to_backend = 0;
  std::chrono::steady_clock::time_point began = {};
  std::chrono::steady_clock::time_point last_message =
      {};  ///< either way; up to a tick of the timer wheel early
};

/// How a session ended, or a connection was refused before it was one. Views are valid during the call.
struct SessionOutcome {
  EndReason reason = EndReason::kInternal;
  SessionStage stage = SessionStage::kHello;
  std::string_view detail = {};
  std::string_view authmethods = {};                           ///< as offered in HELLO, separated by commas
  std::string_view backend = {};                               ///< resource name of the last one tried
  std::string_view backend_reason = {}, backend_message = {};  ///< what the backend itself said
};

/// What the peers are told when a session is ended from our side; what is empty or 0 is what fits the reason.
struct Farewell {
  std::string uri = {};
  std::string text = {};
  std::uint16_t websocket_code = 0;
  std::uint32_t retry_after_seconds = 0;  ///< `retry_after` in the details of GOODBYE
};

/// A message that goes through a traced session.
struct TracedMessage {
  enum class Direction : std::uint8_t { kFromClient, kFromBackend };
  Direction direction = Direction::kFromClient;
  Serializer serializer = Serializer::kJson;  ///< of its sender
  std::string_view octets = {};               ///< the message, or the beginning of a large one
  std::size_t size = 0;                       ///< of the whole message
  std::string_view outcome = {};              ///< "relayed", "translated", "refused: …"
};

}  // namespace wampgate::wamp
