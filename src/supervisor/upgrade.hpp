#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "supervisor/binary_check.hpp"
#include "supervisor/disk.hpp"
#include "supervisor/job_queue.hpp"
#include "supervisor/node_state.hpp"
#include "supervisor/worker_operation.hpp"
#include "wampgate/internal/upgrade.pb.h"

namespace wampgate::supervisor {

/// How the node comes to run on with another binary, in two lives of the supervisor:
///
///   before: check the binary → record → exec
///   after:  take the processes over → replace them, one worker after the other → wait until those before
///           have drained
///
/// The record on disk carries the operation from one to the other, and over the death of a supervisor in
/// between. One at a time, so that there are two generations of processes at most. Loop's thread only.
class Upgrade {
 public:
  struct Surroundings {
    net::Loop& loop;
    NodeState& state;
    JobQueue& jobs;
    ProcessTable& table;
    Disk& disk;
    std::string record;          ///< path of the record
    std::string check_document;  ///< path of the file that the new binary checks
    /// Replaces a worker's processes, as a job.
    std::function<void(std::string worker, Replacement how, WorkerOperation::Done done)> replace;
    /// Long work that would not live on: the name of its operation; empty: there is none.
    std::function<std::string()> busy;
    std::function<std::unique_ptr<google::protobuf::Message>()> result;
    std::function<void()> on_change;
  };
  explicit Upgrade(Surroundings around);
  ~Upgrade();

  struct Order {
    std::string path;
    DrainSettings drain{};  ///< of the processes before: rate and deadline
    bool validate_only = false;
  };
  using Done = std::function<void(StatusOr<google::longrunning::Operation>)>;
  /// Checks and, if the answer is OK, goes on to exec. FAILED_PRECONDITION with the reason.
  void Begin(Order order, const Done& done);
  /// What replaces the process: closes the API, then exec. Returns only if that failed, with why.
  void OnExec(std::function<void(const std::string& path)> exec) { exec_ = std::move(exec); }
  /// The exec failed, and this process is about to replace itself by the same binary: what the operation
  /// says.
  void NoteFailure(const Status& status);

  /// Once, when the supervisor is opened: takes up the record that it finds. `handed_over`: this process was
  /// the supervisor before.
  void Load(bool handed_over);
  /// The processes are taken over and the API is open: goes on with what Load found.
  void Continue();
  /// Something may have changed with processes that drain.
  void OnChange();
  /// The operation that is under way; empty: none.
  const std::string& operation() const { return record_.operation(); }

 private:
  Status MayBegin() const;
  void Check(const Order& order, const Done& done);
  void OnChecked(const Order& order, const StatusOr<BinaryFacts>& facts, const Done& done);
  v1::UpgradeProgress FirstProgress(const Order& order, const BinaryFacts& facts) const;
  Status Announce(const Order& order, const v1::UpgradeProgress& progress);
  void Exec();
  void ReplaceNext();
  void OnReplaced(const std::string& worker, const Status& status);
  Replacement HowToReplace(const std::string& worker);
  void Phase(const std::string& phase);
  void Show();
  void Succeed();
  void Fail(const Status& status);
  Status Save();
  void Forget();

  Surroundings around_;
  internal::UpgradeRecord record_;  // without an operation: none is under way
  std::unique_ptr<BinaryCheck> check_;
  std::function<void(const std::string& path)> exec_;
  std::vector<std::string> workers_;  // whose processes are to be replaced yet
  Timer soon_;
  enum class Step : std::uint8_t { kNothing, kBeforeExec, kLoaded, kReplacing, kDraining };
  Step step_ = Step::kNothing;
  bool cancelled_ = false;
};

/// The binary that runs, without symbolic links; "… (deleted)" if its file is gone.
std::string RunningExecutable();
/// The same if it is still there to be run again; else empty.
std::string ReusableExecutable();
/// With which this process was started, its name first.
std::vector<std::string> RunningCommandLine();

}  // namespace wampgate::supervisor
