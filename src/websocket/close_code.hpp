#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wampgate::websocket {

/// Close codes (RFC 6455 7.4.1) that we send ourselves.
inline constexpr std::uint16_t kNormalClosure = 1000;
inline constexpr std::uint16_t kGoingAway = 1001;
inline constexpr std::uint16_t kProtocolError = 1002;
inline constexpr std::uint16_t kInvalidPayload = 1007;
inline constexpr std::uint16_t kMessageTooBig = 1009;
inline constexpr std::uint16_t kInternalError = 1011;

/// A Close frame's payload is a control frame's: 125 octets, two of them the code.
inline constexpr std::size_t kMaxCloseReason = 123;

/// How a peer broke the protocol: the close code it is told and the text (spec 2.5).
struct Violation {
  std::uint16_t code = kProtocolError;
  std::string reason;
};

/// Codes that may stand in a Close frame: 1000…1003, 1007…1013, 3000…4999 (spec 2.5).
constexpr bool IsValidCloseCode(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1013) || (code >= 3000 && code <= 4999);
}

/// `reason` cut to what fits a Close frame, at the border of a character.
std::string_view TruncateCloseReason(std::string_view reason);

/// The payload of a Close frame; empty for code 0.
std::string ClosePayload(std::uint16_t code, std::string_view reason);

/// What a received Close frame says; `code` is 0 if it says nothing.
struct CloseStatus {
  std::uint16_t code = 0;
  std::string_view reason;  ///< points into the payload
};

/// Reads a Close frame's payload (at most 125 octets). False: a violation, described in `violation`.
bool ParseClosePayload(std::string_view payload, CloseStatus& status, Violation& violation);

}  // namespace wampgate::websocket
