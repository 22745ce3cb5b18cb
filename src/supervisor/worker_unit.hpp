#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "supervisor/listen_sockets.hpp"
#include "supervisor/orphan.hpp"
#include "supervisor/process.hpp"
#include "supervisor/socket_sharing.hpp"
#include "supervisor/worker_settings.hpp"
#include "wampgate/internal/revision.pb.h"

namespace wampgate::supervisor {

/// What the workers of a node share.
struct UnitContext {
  ProcessContext& processes;
  ListenSockets& sockets;
  std::string node_directory;
  const internal::Revision* running = nullptr;  ///< never null once there are workers
  std::uint64_t revision = 0;                   ///< number of the running one
  std::uint64_t transaction = 0;                ///< last id given out
  /// After a process began to serve or ended.
  std::function<void()> on_change;
  /// After a process ended that nobody had asked to.
  std::function<void()> on_crash;
};

/// One worker of the running revision: its processes, brought up to date whenever they come, and its sockets,
/// held by whoever of them serves. Loop's thread only.
class WorkerUnit final : private ProcessObserver {
 public:
  WorkerUnit(UnitContext& context, WorkerSettings settings);
  ~WorkerUnit();

  const WorkerSettings& settings() const { return settings_; }
  /// The settings of a committed revision. Processes that are not told by a transaction are brought up to
  /// date when they connect.
  void SetSettings(WorkerSettings settings);

  /// A place for a process with the settings given, which may be those of a revision to come; told to
  /// `observer` until it is added to a unit.
  std::unique_ptr<Process> MakeProcess(const WorkerSettings& settings, std::uint32_t index,
                                       ProcessObserver& observer);
  void Add(std::unique_ptr<Process> process);
  /// Fills the place `index`, which is empty, with a process that serves already.
  void TakeOver(std::uint32_t index, Orphan& orphan);
  /// The process has applied the unit's settings, as its applied_revision().
  bool IsCurrent(const Process& process) const;
  /// All processes that serve have the unit's settings.
  bool UpToDate() const;
  /// By index; never null.
  const std::map<std::uint32_t, std::unique_ptr<Process>>& processes() const { return processes_; }
  /// The unit is to end: its processes are the caller's.
  std::vector<std::unique_ptr<Process>> TakeAll();
  /// Those with an index of `count` or more.
  std::vector<std::unique_ptr<Process>> TakeFrom(std::uint32_t count);

  /// The process has committed a revision with these settings, which brought it sockets of `transports`.
  /// Rebalance is to follow once its siblings have had the time to commit too.
  void Committed(Process& process, const std::vector<std::string>& transports);
  /// It accepts no more from now on: siblings have its sockets. Until it stops or commits.
  void Leave(std::uint32_t index);

  /// None of its processes accepts any more: the unit is to end.
  void LeaveAll();

  /// Starts a process for the place `index`, which has one; when it serves, from the same sockets, the place
  /// is its own, and the one before accepts nothing more.
  void BeginSuccession(std::uint32_t index);
  /// The one that had the place before, once the successor serves; null until then.
  std::unique_ptr<Process> TakePredecessor(std::uint32_t index);
  /// The successor, if it does not serve yet: the caller ends it.
  std::unique_ptr<Process> AbandonSuccession(std::uint32_t index);
  /// Gives each socket to who should have it now.
  void Rebalance();

  enum class Wanted : std::uint8_t { kRunning, kStopped };
  /// Whether an operator has stopped the worker.
  Wanted wanted() const { return wanted_; }
  void SetWanted(Wanted wanted) { wanted_ = wanted; }
  void StartProcesses();
  void StopProcesses(std::chrono::milliseconds grace);
  bool AllStopped() const;
  /// All its processes serve.
  bool AllServe() const;
  bool Serves() const { return !Serving().empty(); }

 private:
  void OnConnected(Process& process) override;
  void OnEnded(Process& process) override;
  void Configure(Process& process);
  void CommitTo(Process& process, std::uint64_t transaction, std::uint64_t version);
  std::map<std::uint32_t, Process*> Serving() const;
  bool IsSuccessor(const Process& process) const;
  void TakePlace(std::uint32_t index);

  UnitContext& context_;
  WorkerSettings settings_;
  std::uint64_t version_ = 1;                       // of settings_
  std::map<std::uint32_t, std::uint64_t> applied_;  // version by process
  std::map<std::uint32_t, std::unique_ptr<Process>> processes_;
  std::map<std::uint32_t, std::unique_ptr<Process>> successors_;    // that do not serve yet
  std::map<std::uint32_t, std::unique_ptr<Process>> predecessors_;  // until they are taken
  std::set<std::uint32_t> leaving_;
  SocketSharing sharing_;
  Wanted wanted_ = Wanted::kRunning;
};

/// The frame that has a process prepare a revision of its worker, whose routes are those of `document`;
/// sockets are added with AddSocket.
struct PrepareTarget {
  std::uint64_t transaction = 0;
  std::uint64_t revision = 0;
  const WorkerSettings& settings;
  const v1::Node& document;
};
internal::Prepare MakePrepare(const UnitContext& context, const PrepareTarget& target);
/// The same for a process that has applied revision `base`, of which `changes` makes the document.
internal::Prepare MakePrepare(const UnitContext& context, const PrepareTarget& target,
                              const internal::NodeDelta& changes, std::uint64_t base);
/// Adds a duplicate of `fd` to a Prepare and its descriptors. False if we are out of descriptors.
struct PreparedSocket {
  const std::string& transport;
  std::size_t index = 0;
  const std::string& address;
  int fd = -1;
};
bool AddSocket(const PreparedSocket& socket, internal::Prepare& prepare, std::vector<UniqueFd>& descriptors);

}  // namespace wampgate::supervisor
