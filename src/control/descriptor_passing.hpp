#pragma once

#include <sys/types.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/fd.hpp"

namespace wampgate::control {

/// That one sendmsg passes; the kernel allows 253 (SCM_MAX_FD).
inline constexpr std::size_t kDescriptorsPerMessage = 250;

/// sendmsg(2) without blocking or SIGPIPE; the descriptors (at most kDescriptorsPerMessage) travel with the
/// first octet and need `octets` not to be empty. Returns what sendmsg returns.
ssize_t SendOctets(int socket, std::string_view octets, std::span<const UniqueFd> descriptors);

struct Received {
  ssize_t octets = 0;  ///< what recvmsg returned; on -1 errno is set
  bool truncated =
      false;  ///< the kernel could not hand over all descriptors (MSG_CTRUNC): we are out of them
};
/// recvmsg(2) without blocking; passed descriptors, close-on-exec, are appended to `descriptors`.
Received ReceiveOctets(int socket, std::span<char> octets, std::vector<UniqueFd>& descriptors);

}  // namespace wampgate::control
