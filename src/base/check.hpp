#pragma once

namespace wampgate {
/// Writes file, line and what was broken to stderr and aborts; the supervisor starts the process again.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);
}  // namespace wampgate

/// For rules that only our own bug can break. What a peer, a file or a caller can cause is a Status.
#define WAMPGATE_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::wampgate::CheckFailed(__FILE__, __LINE__, #condition))
