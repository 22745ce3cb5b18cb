#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "config/diff.hpp"
#include "config/problem.hpp"
#include "wampgate/v1/config.pb.h"

namespace wampgate::supervisor {

enum class ApplyMode : std::uint8_t {
  kApply,
  kValidateOnly,  ///< stops after the plan
  kRestore,       ///< runs a revision that is on disk already
};
/// What becomes of the sessions of transports and paths that a change removes.
enum class Removal : std::uint8_t { kKeep, kClose };

struct ApplyOptions {
  ApplyMode mode = ApplyMode::kApply;
  Removal removal = Removal::kKeep;
  std::uint64_t expected_revision = 0;  ///< not 0: ABORTED if another one runs
  std::string origin = "api";           ///< "file:<path>" or "api"
  std::string author{};
  std::string message{};
};

enum class ProcessOutcome : std::uint8_t {
  kCommitted,
  kReplaced,  ///< did not acknowledge in time: killed, and replaced by one that starts with the new revision
  kNotRunning,  ///< starts with the new revision
  kStarted,
  kStopped,
};
struct ProcessResult {
  std::string process{};  ///< "workers/w/processes/0"
  ProcessOutcome outcome = ProcessOutcome::kCommitted;
  std::string detail{};
};

enum class ApplyOutcome : std::uint8_t { kFailed, kApplied, kNoChange, kValidated };
struct ApplyReply {
  /// Not OK: nothing has changed. INVALID_ARGUMENT: the document has errors; ABORTED: another revision runs
  /// than expected; FAILED_PRECONDITION: an address cannot be bound, or a process cannot prepare it;
  /// RESOURCE_EXHAUSTED: too many changes wait, or the disk is full; UNAVAILABLE: the node stops.
  Status status{};
  config::Problems problems{};  ///< errors and warnings of the document, by path
  ApplyOutcome outcome = ApplyOutcome::kFailed;
  std::uint64_t revision = 0;          ///< running after the call
  std::vector<config::Change> plan{};  ///< what the document changes; also when nothing was done
  std::uint64_t base_revision = 0;     ///< that the plan starts from
  std::vector<ProcessResult> processes{};
};
using ApplyDone = std::function<void(const ApplyReply&)>;

}  // namespace wampgate::supervisor
