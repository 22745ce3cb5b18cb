#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/status.hpp"
#include "base/timer_wheel.hpp"
#include "control/channel.hpp"
#include "net/loop.hpp"
#include "supervisor/arrival.hpp"
#include "supervisor/backoff.hpp"
#include "supervisor/child.hpp"
#include "supervisor/process_state.hpp"
#include "wampgate/internal/control.pb.h"
#include "wampgate/internal/process_record.pb.h"

namespace wampgate::supervisor {

class Process;
class ProcessTable;

/// Gets what processes answer to queries and send to subscriptions. Loop's thread.
class AnswerReceiver {
 public:
  virtual void OnQueryAnswer(Process& process, internal::QueryAnswer& answer) = 0;
  virtual void OnStreamItem(Process& process, internal::StreamItem& item) = 0;
  /// The process has said Hello: it knows of no query and no subscription yet.
  virtual void OnChannelOpened(Process& process) = 0;
  /// Nothing more comes over the channel it had.
  virtual void OnChannelLost(Process& process) = 0;

 protected:
  ~AnswerReceiver() = default;
};

/// What every process of the node needs from its surroundings.
struct ProcessContext {
  net::Loop& loop;
  ProcessTable& table;
  /// The command line without the parts that name the process.
  std::function<ChildCommand(const Process&)> command;
  std::function<internal::NodeInfo()> node_info;
  AnswerReceiver& answers;
  /// It has said Hello; called before its observer is.
  std::function<void(Process&)> on_connected;
  /// Its state is another, or what it says of the health of backends.
  std::function<void()> on_state;
  /// It has ended; its pid and last status are still known.
  std::function<void(const Process&)> on_exit = {};
  /// What it shows on `metrics` (if asked for) and `health` paths.
  std::function<internal::NodeState(bool metrics)> node_state = {};
};

/// Told about one process, on the loop's thread.
class ProcessObserver {
 public:
  /// It has said Hello and takes Prepare; also again after its channel broke.
  virtual void OnConnected(Process& process) = 0;
  /// It has ended: its state is STOPPED, or BACKOFF and it will be started again.
  virtual void OnEnded(Process& process) = 0;

 protected:
  ~ProcessObserver() = default;
};

/// One place of a worker for a process: starts it, watches it, starts it again with back-off, and speaks with
/// it. Loop's thread only; destroyed by DeleteLater, and only once it is STOPPED.
class Process final : public net::Mortal, private control::ChannelHandler {
 public:
  static constexpr std::chrono::seconds kAnswerDeadline{5};    ///< of Prepare and Commit
  static constexpr std::chrono::seconds kConnectDeadline{15};  ///< from exec to Hello, and for redialling

  struct Identity {
    std::string worker;
    std::uint32_t index = 0;
    std::string title;         ///< in `ps`
    ChildCommand environment;  ///< only its environment and inherit are used
  };
  Process(ProcessContext& context, Identity identity, ProcessObserver& observer);
  ~Process() override;

  void SetObserver(ProcessObserver& observer) { observer_ = &observer; }

  /// Starts the process unless it runs, and again whenever it ends, until Stop.
  void Start();
  enum class AfterStop : std::uint8_t { kStayStopped, kStartAgain };
  /// Has the process end its sessions and exit; one that is left 2 s after the grace period is killed.
  /// OnEnded follows unless there was no process; then the state is STOPPED (or STARTING) on return.
  void Stop(std::chrono::milliseconds grace, AfterStop after = AfterStop::kStayStopped);
  /// It has no place any more: it serves the sessions it has until Stop, and is not started again if it ends.
  /// A process that does not run is STOPPED on return, else it is DRAINING.
  void Depart(internal::Departure departure);
  /// Of one that departs; null for others.
  const internal::Departure* departure() const { return departure_ ? &*departure_ : nullptr; }
  /// SIGKILL. It is replaced as after any other end; `why` becomes its last exit.
  void Kill(const std::string& why);

  /// Instead of the first Start: a process of a supervisor that died, which serves if it has applied a
  /// revision. With a channel in `arrival` OnConnected follows; without one it is only watched.
  void TakeOver(std::unique_ptr<Child> child, std::uint64_t generation, Arrival arrival);

  /// It has said Hello.
  void Attach(Arrival arrival);

  struct Answer {
    Status status;
    std::string path;  ///< configuration path an error concerns
    enum class Wants : std::uint8_t { kNothing, kWholeNode };
    Wants wants = Wants::kNothing;  ///< with an error: not what a delta is for is applied
  };
  using Done = std::function<void(const Answer&)>;
  /// Sends the frame; `done` is called once, with the answer, or an error if none comes within
  /// kAnswerDeadline or the process ends or its channel breaks. If this returns an error nothing was sent and
  /// `done` is not called. One exchange at a time: a new one ends the one before with ABORTED.
  Status Prepare(internal::Prepare prepare, std::vector<UniqueFd> sockets, Done done);
  Status Commit(const internal::Commit& commit, Done done);
  void Discard(std::uint64_t transaction);
  /// Forgets the exchange: its `done` is not called.
  void ForgetExchange();

  void Adopt(const internal::AdoptSockets& adopt, std::vector<UniqueFd> sockets);
  void Release(const internal::ReleaseSockets& release);
  /// All that it said in its last Hello.
  void ReleaseHeld();
  void SetLogLevel(const std::string& level);
  /// A Query, Subscribe or Unsubscribe. Not OK, with nothing sent: it is not connected or has stopped
  /// reading.
  Status SendQuery(const internal::Frame& frame);

  /// It serves: the state becomes RUNNING.
  void MarkRunning();
  /// It cannot serve what it should: stopped, and tried again with back-off; `why` becomes its last exit.
  void FailToServe(const std::string& why);

  ProcessState state() const { return state_; }
  bool serving() const { return state_ == ProcessState::kRunning; }
  /// Whether it has sessions that can be asked about.
  bool has_sessions() const { return serving() || state_ == ProcessState::kDraining; }
  bool connected() const { return channel_ != nullptr; }
  /// Whether it said in its last Hello that it accepts from this socket, at this place.
  bool Holds(const HeldSocket& socket) const;
  const std::string& worker() const { return identity_.worker; }
  std::uint32_t index() const { return identity_.index; }
  std::uint64_t generation() const { return generation_; }
  /// Of its binary, as it last said.
  const std::string& build_id() const { return build_id_; }
  /// The newest version of the protocol that both sides speak.
  std::uint32_t protocol_version() const { return protocol_version_; }
  pid_t pid() const { return child_ == nullptr ? 0 : child_->pid(); }
  std::uint64_t start_time() const { return child_ == nullptr ? 0 : child_->start_time(); }
  const std::string& title() const { return identity_.title; }
  const ChildCommand& environment() const { return identity_.environment; }
  /// The revision it applies; set by its owner where a revision does not concern the worker.
  std::uint64_t revision() const { return revision_; }
  void SetRevision(std::uint64_t revision) { revision_ = revision; }
  /// What the process itself calls the revision it has applied; 0: none.
  std::uint64_t applied_revision() const { return applied_revision_; }
  ProcessStatus Report() const;
  /// As the process last said.
  const internal::Status& last_status() const { return last_status_; }
  /// How often it has said it.
  std::uint64_t statuses() const { return statuses_; }
  void AskForStatus();
  void ResetRestarts() { restarts_ = 0; }
  /// A supervisor before this one has started it.
  bool was_taken_over() const { return taken_over_; }

 private:
  enum class Awaits : std::uint8_t { kNothing, kPrepared, kCommitted };

  void OnFrame(internal::Frame& frame, std::vector<UniqueFd>& descriptors) override;
  void OnChannelClosed(const Status& reason) override;
  void OnStatus(internal::Status& status);
  void OnPrepared(const internal::Prepared& prepared);
  void OnCommitted(const internal::Committed& committed);
  void Spawn();
  void OnExit(const ChildExit& exit);
  void EndUnasked(const std::string& how);
  void WaitForHello();
  Status Ask(const internal::Frame& frame, std::vector<UniqueFd> descriptors, std::uint64_t transaction);
  void Finish(Answer answer);
  void Send(const internal::Frame& frame, std::vector<UniqueFd> descriptors = {});
  void SetState(ProcessState state);
  void DropChannel();

  ProcessContext& context_;
  Identity identity_;
  ProcessObserver* observer_;
  ProcessState state_ = ProcessState::kStopped;
  std::chrono::system_clock::time_point since_;
  std::chrono::steady_clock::time_point running_since_;
  std::chrono::system_clock::time_point started_;
  AfterStop after_stop_ = AfterStop::kStayStopped;
  std::unique_ptr<Child> child_;
  std::unique_ptr<control::Channel> channel_;
  std::vector<HeldSocket> held_;
  std::uint64_t generation_ = 0;
  std::uint64_t revision_ = 0;
  std::uint64_t applied_revision_ = 0;
  std::uint32_t restarts_ = 0;
  bool taken_over_ = false;
  std::string last_exit_;
  std::string kill_reason_;
  std::string build_id_;
  std::uint32_t protocol_version_ = 0;
  std::optional<internal::Departure> departure_;
  internal::Status last_status_;
  std::uint64_t statuses_ = 0;
  Backoff backoff_;
  Timer respawn_;
  Timer kill_;
  Timer connect_;
  Awaits awaits_ = Awaits::kNothing;
  std::uint64_t awaited_transaction_ = 0;
  Done done_;
  Timer answer_;
};

}  // namespace wampgate::supervisor
