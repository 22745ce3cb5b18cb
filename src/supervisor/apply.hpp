#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "config/problem.hpp"
#include "supervisor/drain_schedule.hpp"
#include "wampgate/v1/change.pb.h"
#include "wampgate/v1/config.pb.h"

namespace wampgate::supervisor {

enum class ApplyMode : std::uint8_t {
  kApply,
  kValidateOnly,  ///< stops after the plan
  kRestore,       ///< runs a revision that is on disk already
};
/// What becomes of the sessions of transports, paths and processes that a change removes.
enum class Removal : std::uint8_t {
  kKeep,
  kClose,
  kDrain,  ///< they end at a rate, as an operation
};
/// For a document that is the node file's: what it may overwrite.
enum class FileRule : std::uint8_t {
  kNone,    ///< whatever runs; also for documents that are no file's
  kAsk,     ///< nothing that the API changed: see Supervisor::ReloadFile
  kFile,    ///< whatever runs
  kConfig,  ///< nothing: the file counts as seen
};

/// Whether a change may touch `management`: who may do what is an admin's to say, not an editor's.
enum class ManagementRule : std::uint8_t { kMayChange, kMustStay };

struct ApplyOptions {
  ApplyMode mode = ApplyMode::kApply;
  ManagementRule management = ManagementRule::kMayChange;  ///< kMustStay: else PERMISSION_DENIED
  Removal removal = Removal::kKeep;
  DrainSettings drain{};                ///< for kDrain: rate and deadline
  std::uint64_t expected_revision = 0;  ///< not 0: ABORTED if another one runs
  std::string origin = "api";           ///< "file:<path>", "api" or "rollback:<revision>"
  std::string author{};
  std::string message{};
  /// A UUID: the same request is done once and answered alike for 10 minutes, also by the supervisor that
  /// comes after a crash. Empty: none.
  std::string request_id{};
  std::string request_digest{};  ///< INVALID_ARGUMENT if the id came with another one before
  /// FAILED_PRECONDITION if the change closes more live sessions.
  std::optional<std::uint64_t> max_sessions_affected{};
  /// Not 0: rolled back after this time unless confirmed. Until then other changes are FAILED_PRECONDITION.
  std::chrono::milliseconds confirm_timeout{0};
  FileRule file_rule = FileRule::kNone;
  /// Not 0: the document is that revision's; allowed while the running one waits for its confirmation.
  std::uint64_t rolls_back_to = 0;
  std::uint64_t undoes = 0;  ///< not 0: the node itself rolls that revision back
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
  /// than expected; FAILED_PRECONDITION: an address cannot be bound, a process cannot prepare it, it closes
  /// too many sessions, or the running revision waits for its confirmation; RESOURCE_EXHAUSTED: too many
  /// changes wait, or the disk is full; UNAVAILABLE: the node stops.
  Status status{};
  config::Problems problems{};  ///< errors and warnings of the document, by path
  ApplyOutcome outcome = ApplyOutcome::kFailed;
  std::uint64_t revision = 0;  ///< running after the call
  v1::Plan plan{};             ///< what the document changes, with warnings; also when nothing was done
  std::vector<ProcessResult> processes{};
  std::string operation{};  ///< kDrain: that ends sessions; empty: there is none
  /// What runs now, or would run; during the call only. Null when nothing was or would be done, and for
  /// answers that were given before.
  const v1::Node* document = nullptr;
};
using ApplyDone = std::function<void(const ApplyReply&)>;

}  // namespace wampgate::supervisor
