#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.hpp"
#include "base/status.hpp"

namespace wampgate::supervisor {

/// Descriptors that a supervisor leaves to the one that takes its place under the same pid: exec keeps them,
/// and a variable of the environment names them. So the directory stays locked, and who calls meanwhile waits
/// in the queue of a socket. One thread.
class Handover {
 public:
  static constexpr const char* kLock = "lock";              ///< of the node directory
  static constexpr const char* kControl = "control";        ///< listens for worker processes
  static constexpr const char* kManagement = "management";  ///< listens for the API
  static constexpr const char* kActivated = "activated";    ///< the service manager's; several

  Handover() = default;
  /// What the supervisor before has left; the environment forgets it. To be called before any thread is
  /// started.
  static Handover Received();
  /// Whether this process was one before.
  bool received() const { return received_; }

  /// The first one of that name; empty if there is none.
  UniqueFd Take(std::string_view name);
  std::vector<UniqueFd> TakeAll(std::string_view name);

  /// A duplicate of `fd` goes with it; nothing if that cannot be had.
  void Give(const std::string& name, int fd);
  /// Replaces this process by `path` with the arguments; every other descriptor but the standard ones is
  /// closed, and SIGTERM, SIGINT and SIGHUP are blocked until the successor takes them (UnblockSignals).
  /// Returns only on failure.
  Status Exec(const std::string& path, const std::vector<std::string>& arguments) const;

  /// Takes the signals that Exec has blocked.
  static void UnblockSignals();

 private:
  std::vector<std::pair<std::string, UniqueFd>> descriptors_;
  bool received_ = false;
};

}  // namespace wampgate::supervisor
