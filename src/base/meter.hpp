#pragma once

#include <cstddef>
#include <cstdint>

namespace wampgate {

/// Who is at the other end of a connection, for the sums of a process.
enum class PeerKind : std::uint8_t {
  kOther,  ///< HTTP, handshakes: not yet, or never, a WAMP session
  kClient,
  kBackend,
};
inline constexpr std::size_t kPeerKinds = 3;

/// What the connections of one kind have moved since the process began. Octets are those of the sockets,
/// messages those of the framing.
struct Meter {
  std::uint64_t octets_in = 0, octets_out = 0, messages_in = 0, messages_out = 0;
  std::uint64_t buffered = 0;  ///< octets of output that the kernel has not taken, at present
};

}  // namespace wampgate
