#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "supervisor/adoption.hpp"
#include "supervisor/answered_requests.hpp"
#include "supervisor/apply.hpp"
#include "supervisor/config_watchers.hpp"
#include "supervisor/control_server.hpp"
#include "supervisor/disk.hpp"
#include "supervisor/handover.hpp"
#include "supervisor/job_queue.hpp"
#include "supervisor/metrics.hpp"
#include "supervisor/node_control.hpp"
#include "supervisor/node_directory.hpp"
#include "supervisor/node_state.hpp"
#include "supervisor/operations.hpp"
#include "supervisor/process_queries.hpp"
#include "supervisor/process_table.hpp"
#include "supervisor/resumption.hpp"
#include "supervisor/session_closing.hpp"
#include "supervisor/transaction.hpp"
#include "supervisor/upgrade.hpp"
#include "supervisor/worker_operation.hpp"
#include "supervisor/worker_report.hpp"

namespace wampgate::supervisor {

struct SupervisorOptions {
  std::string node_directory;
  /// Of the worker processes.
  log::Level log_level = log::Level::kInfo;
  log::Format log_format = log::Format::kText;
  std::string node_file{};  ///< that the node is started with; empty: none
  /// How long processes of a supervisor that died get to call before they are replaced.
  std::chrono::milliseconds adoption_wait = Adoption::kWait;
  TrialRule bad_revision{};
  std::function<RevisionTrial::Clock::time_point()> now = RevisionTrial::Clock::now;
  std::string executable = "/proc/self/exe";  ///< what is run as `executable worker …`
  /// From the supervisor before, if it was this process; what belongs to the supervisor is taken out.
  Handover* handover = nullptr;
};

/// The parent process of a node: owns the running revision, the listening sockets and the worker processes.
///
/// The calls of the first group may be made from any thread; their callbacks come on the loop's thread,
/// perhaps long after. Everything else belongs to the loop's thread. Changes are made one at a time, in the
/// order of the calls.
class Supervisor {
 public:
  /// Takes the lock of the node directory, finds the processes of a supervisor that died, opens the revisions
  /// and the control socket. Nothing of ours runs yet. On failure nothing is left behind.
  static StatusOr<std::unique_ptr<Supervisor>> Open(net::Loop& loop, SupervisorOptions options);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // From any thread:

  /// Makes the node run `document`, or says with kValidateOnly whether it could. Placeholders of secrets
  /// stand for those that run.
  void Apply(v1::Node document, ApplyOptions options, ApplyDone done);
  /// Makes the changes to what runs when their turn comes: nothing that another caller changes is undone.
  void Apply(config::ChangeList changes, ApplyOptions options, ApplyDone done);
  /// Makes the node run an older revision's configuration. NOT_FOUND if it is not kept.
  void RollBack(std::uint64_t number, ApplyOptions options, ApplyDone done);
  /// Applies the node file as it is now, if there is one, and what is in the files that the configuration
  /// names; `options.file_rule` is what the node file may overwrite. FAILED_PRECONDITION with the differences
  /// if kAsk and both the API and the file have changed things.
  void ReloadFile(ApplyOptions options, ApplyDone done);
  /// Keeps the running revision, which must be `number` and wait for this; else FAILED_PRECONDITION.
  void Confirm(std::uint64_t number, std::function<void(const Status&)> done);
  /// The running revision; number 0 while there is none.
  void GetRevision(std::function<void(const internal::Revision&)> done);
  /// A kept revision, read in the call. NOT_FOUND, or DATA_LOSS if its file is damaged.
  StatusOr<internal::Revision> LoadRevision(std::uint64_t number) const;
  /// Whether the revision is the running one.
  bool Runs(std::uint64_t number) const { return number == committed_; }
  /// Numbers of the kept revisions up to the running one, ascending.
  StatusOr<std::vector<std::uint64_t>> ListRevisions() const;
  /// Those from `first` up to the running one, ascending, read in the call, each file once; see
  /// RevisionStore::ForEach.
  void ForEachRevision(std::uint64_t first, const RevisionStore::Visit& visit) const;
  /// Tells `watcher`, on the loop's thread, what happens after revision `after`, which must be kept or be the
  /// one before the oldest kept; with 0 first a kSnapshot of what runs.
  std::uint64_t WatchConfig(std::uint64_t after, ConfigWatchers::Watcher watcher);
  void UnwatchConfig(std::uint64_t watch);
  const std::string& node_file() const { return options_.node_file; }
  void ListWorkers(std::function<void(std::vector<WorkerReport>)> done);
  using WorkerDone = std::function<void(StatusOr<WorkerReport>)>;
  /// `worker` is its id. NOT_FOUND if the running revision has none of that id.
  void GetWorker(std::string worker, WorkerDone done);
  /// Waits until every process serves (DEADLINE_EXCEEDED after 20 s; they are tried on).
  void StartWorker(std::string worker, WorkerDone done);
  /// Not configuration, and lasts until StartWorker, also over restarts of the node.
  void StopWorker(std::string worker, WorkerDone done);
  /// One process at a time; each successor serves before the sessions of the one before end.
  /// FAILED_PRECONDITION for a stopped worker.
  void RestartWorker(std::string worker, WorkerDone done) {
    ReplaceProcesses(std::move(worker), Removal::kClose, {}, std::move(done));
  }
  /// The same; `removal` says how those sessions end, kDrain with `drain`.
  void ReplaceProcesses(std::string worker, Removal removal, DrainSettings drain, WorkerDone done);
  /// True if a revision runs, the node does not drain, and every worker that is not stopped has a process
  /// that serves.
  void GetHealth(std::function<void(bool)> done);
  /// What `metrics` (if asked for) and `health` paths show; without metrics while they are not complete.
  void GetNodeState(bool metrics, std::function<void(const internal::NodeState&)> done);
  /// Long work; see there for the threads.
  Operations& operations() { return operations_; }
  /// What operators do with the node beside its configuration; see there for the threads.
  NodeControl& node() { return node_control_; }

  /// Asks worker processes what only they know. `done` gets one answer per process, also for those that do
  /// not serve or do not answer in time; NOT_FOUND if the worker or process is none of the running revision,
  /// RESOURCE_EXHAUSTED if too many questions are under way.
  void Ask(ProcessSelector selector, internal::Query query, std::chrono::milliseconds deadline, AskDone done);
  /// Has worker processes send items, also those that start later, until Unsubscribe with the id returned;
  /// calls that are on their way may come after it. Not bounded here: a subscriber that does not keep up ends
  /// it.
  std::uint64_t Subscribe(ProcessSelector selector, internal::Subscribe subscribe, SubscriptionCalls calls);
  void Unsubscribe(std::uint64_t id);
  /// Ends sessions at a rate; `begun` gets the operation that tells how far it is.
  void CloseSessions(SessionClosingOrder order, SessionClosing::Begun begun);

  /// Has the node run on with another binary; see Upgrade::Begin.
  void UpgradeNode(Upgrade::Order order, Upgrade::Done done);

  // On the loop's thread:

  Metrics& metrics() { return metrics_; }
  /// Looks into files that configurations to come name, beside reading them.
  void CheckFilesWith(FileCheck check) { state_.file_check = std::move(check); }
  Upgrade& upgrade() { return upgrade_; }
  /// Nothing more is begun: this process is replaced. Calls that wait get UNAVAILABLE.
  void PrepareHandover(Handover& handover);

  /// Before anything runs: listening sockets that the service manager passed.
  void UseSockets(ActivatedSockets activated) { sockets_.SetActivated(std::move(activated)); }
  /// Addresses of those that no transport listens at.
  std::vector<std::string> UnusedSockets() const { return sockets_.activated().Unused(sockets_.table()); }
  enum class Takeover : std::uint8_t {
    kNothing,  ///< no process lives: nothing runs
    kRuns,     ///< the stored revision runs, with the processes that live
  };
  /// The first call of all: takes over the processes of a supervisor that died, with their sessions and
  /// listening sockets. Other changes wait until `done`. Not OK: they are left as they are, and the node
  /// should end without Stop.
  void TakeOver(std::function<void(StatusOr<Takeover>)> done);
  /// The newest revision that was on disk at Open.
  const std::optional<internal::Revision>& stored() const { return stored_; }
  /// Runs the stored revision.
  void Restore(ApplyDone done);
  /// For a first start that failed: takes away what Open made in the node directory. After Stop.
  void RemoveWhatWasMade() { directory_.RemoveWhatWasMade(); }

  /// Ends every session and process, within the grace period, then calls `stopped`. Once.
  void Stop(std::function<void()> stopped);
  /// SIGKILL to every process, now.
  void KillAll();

  const std::string& node_directory() const { return directory_.path(); }

 private:
  Supervisor(net::Loop& loop, SupervisorOptions options, NodeDirectory directory);
  Status OpenState();
  Upgrade::Surroundings AroundUpgrade();
  ChildCommand Command(const Process& process) const;
  internal::NodeInfo NodeInfo() const;
  internal::NodeState StateOfNode(bool with_metrics);
  void Post(Transaction::Change change, ApplyDone done);
  void Begin(Transaction::Change change, ApplyDone done);
  void Run(Transaction::Change change, ApplyDone done);
  void RememberRequests();
  void TellAfter(std::uint64_t after, const ConfigWatchers::Watcher& watcher) const;
  void OnCommitted();
  Status ConfirmNow(std::uint64_t number);
  void AwaitConfirmation();
  void RollBackUnconfirmed(std::uint64_t number);
  void StartRollBack(std::uint64_t number);
  using MakeOperation =
      std::function<std::unique_ptr<WorkerOperation>(const std::string& worker, WorkerOperation::Done done)>;
  template <typename Operation>
  void Operate(std::string worker, WorkerDone done);
  void Operate(std::string worker, MakeOperation make, WorkerDone done);
  void RunOperation(const std::string& worker, const MakeOperation& make, const WorkerDone& done);
  StatusOr<WorkerReport> Report(const std::string& worker) const;
  WorkerReport ReportOnAll(const WorkerUnit& unit) const;
  StatusOr<std::vector<Process*>> Select(const ProcessSelector& selector) const;
  void Resume(const std::function<void(StatusOr<Takeover>)>& done);
  void OnChange();
  void OnCrash();
  void RollBackBad(std::uint64_t before);

  net::Loop& loop_;
  SupervisorOptions options_;
  NodeDirectory directory_;
  Disk disk_;
  RevisionStore revisions_;
  ProcessTable table_;
  ProcessQueries queries_;
  std::atomic<std::uint64_t> last_subscription_ = 0;
  ProcessContext processes_;
  ListenSockets sockets_;
  UnitContext context_;
  OperatorStates operator_states_;
  NodeState state_;
  ControlServer control_;
  JobQueue jobs_;
  Operations operations_;
  NodeControl node_control_;
  Metrics metrics_;
  Upgrade upgrade_;
  std::optional<internal::Revision> stored_;
  AnsweredRequests requests_;
  ConfigWatchers config_watchers_;
  std::atomic<std::uint64_t> next_watch_{1};
  std::atomic<std::uint64_t> committed_{0};  // the number of state_.revision, for other threads
  Timer unconfirmed_;
  std::unique_ptr<Adoption> adoption_;
  std::vector<internal::PortOrder> ports_before_;
  std::unique_ptr<Resumption> resumption_;
  std::function<void()> on_nobody_left_;
  std::unique_ptr<Transaction> transaction_;
  std::unique_ptr<WorkerOperation> operation_;
  std::map<std::uint64_t, std::unique_ptr<SessionClosing>> closings_;
  std::uint64_t last_closing_ = 0;
  std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
  std::function<void()> stopped_;
  bool stopping_ = false;
};

}  // namespace wampgate::supervisor
