#pragma once

#include <cstdint>

#include "wampgate/internal/control.pb.h"

namespace wampgate::control {

/// The version of the control protocol that this binary speaks (control.proto); it understands the one before
/// as well, so that a node is upgraded, and goes back, without losing a session. A newer version may add
/// frames and fields that the other side is sent only if CommonVersion is high enough.
///
/// 1: the first. 2: CloseSessions by objects; a process may release its own sockets and live on; Prepare with
/// what differs.
inline constexpr std::uint32_t kProtocolVersion = 2;
inline constexpr std::uint32_t kOldestProtocolVersion = 1;
inline constexpr std::uint32_t kDeltas = 2;  ///< the first with NodeDelta in Prepare

/// The newest version that both of two sides speak, each from `oldest` (0: only `newest`) to `newest`; 0 if
/// there is none.
constexpr std::uint32_t CommonVersion(std::uint32_t oldest, std::uint32_t newest) {
  const std::uint32_t from = oldest == 0 ? newest : oldest;
  const std::uint32_t common = newest < kProtocolVersion ? newest : kProtocolVersion;
  return common >= from && common >= kOldestProtocolVersion ? common : 0;
}
inline std::uint32_t CommonVersion(const internal::Hello& hello) {
  return CommonVersion(hello.oldest_protocol_version(), hello.protocol_version());
}

}  // namespace wampgate::control
