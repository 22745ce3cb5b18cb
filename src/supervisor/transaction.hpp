#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/timer_wheel.hpp"
#include "config/change_list.hpp"
#include "config/environment.hpp"
#include "net/loop.hpp"
#include "supervisor/apply.hpp"
#include "supervisor/candidate.hpp"
#include "supervisor/listen_sockets.hpp"
#include "supervisor/listen_stage.hpp"
#include "supervisor/node_state.hpp"

namespace wampgate::supervisor {

/// One change of the configuration on its way:
///
///   check → bind new sockets → prepare in every process concerned → write the revision to disk
///         → listen → drain sockets that leave → commit in every process → close what left → reply
///
/// The file on disk is the decision: whatever fails before it undoes everything, and what fails after it is
/// repaired by replacing the process. Loop's thread only; one at a time; destroyed by DeleteLater after
/// `done`.
class Transaction final : public net::Mortal {
 public:
  struct Change {
    v1::Node document;
    ApplyOptions options;
    internal::Revision stored;  ///< kRestore only: the revision as it is on disk
    /// In place of a document: what is made of the one that runs when the change's turn comes.
    std::optional<config::ChangeList> changes{};
  };
  Transaction(NodeState& state, Change change, ApplyDone done);
  ~Transaction() override;

  /// `done` is called once, perhaps from inside.
  void Start();
  /// The node stops: gives up unless the change is decided.
  void Cancel();

 private:
  class Participant;

  // Before the decision (transaction_prepare.cpp).
  bool Check();
  bool CheckRevision();
  bool CheckDocument();
  bool MakeChanges();
  void FindRouteChanges(const std::vector<config::Change>& made);
  void Localize(config::Problems& problems) const;
  void ReadNamedFiles(std::vector<config::Change>& made);
  bool JudgeFiles();
  void Plan(const std::vector<config::Change>& made);
  bool KeepRunning();
  bool CheckFile();
  bool CheckLimits();
  bool MarkFileSeen();
  bool Bind();
  void Enlist();
  void EnlistUnit(const WorkerSettings& next);
  void EnlistNewUnit(const WorkerSettings& next);
  void AddExisting(WorkerUnit& unit, Process& process, const WorkerSettings& next);
  void AddStaged(WorkerUnit& unit, std::uint32_t index, const WorkerSettings& next);
  void SendPrepare(Participant& participant);
  void OnPrepared(Participant& participant, const Process::Answer& answer);
  void Abort(const Status& status, config::Problems problems = {});

  // After it (transaction_commit.cpp).
  void Decide();
  Status WriteRevision();
  internal::Revision MakeRevision() const;
  RevisionDifference PlaceDocuments(internal::Revision& revision);
  void TakeBackDocuments(internal::Revision& revision);
  void KeepSpare();
  ApplyReply Expected() const;
  void InstallUnits();
  void InstallUnit(const WorkerSettings& next);
  void CommitAll();
  void OnCommitted(Participant& participant, const Process::Answer& answer);
  void Rebalance();
  void Complete();
  /// The places of processes that a worker has no more, and whole workers.
  enum class Gone : std::uint8_t { kPlaces, kWorker };
  void Depart(std::vector<std::unique_ptr<Process>> processes, Gone gone);
  /// Whether something goes whose sessions have to end.
  bool AnnounceDrain();
  void DrainRemoved();
  void CountLeaving();

  static std::string ProcessName(const Process& process);
  void Note(const Process& process, ProcessOutcome outcome, std::string detail = {});
  void Finish(ApplyReply reply);
  bool NeedsTelling(const WorkerUnit& unit, const WorkerSettings& next) const;

  NodeState& state_;
  const config::Environment environment_;
  Change change_;
  ApplyDone done_;
  Candidate candidate_;
  config::MadeChanges made_;  // of a list
  enum class Editing : std::uint8_t { kNothing, kDocument };
  Editing editing_ = Editing::kNothing;  // kDocument: the list has been made in it
  std::optional<internal::NodeDelta>
      delta_;                       // from what runs to the document, where that is less than all of it
  std::set<std::string> rerouted_;  // workers some of whose routes change
  FileContents files_;
  v1::Plan plan_;
  std::uint64_t base_ = 0;  // revision that ran when it began
  std::uint64_t id_ = 0;
  std::uint64_t number_ = 0;  // of the revision it makes
  std::unique_ptr<ListenStage> stage_;
  std::vector<std::unique_ptr<Participant>> participants_;
  std::vector<std::unique_ptr<WorkerUnit>> added_;      // until the decision
  std::vector<std::unique_ptr<WorkerUnit>> departing_;  // from the decision on
  std::vector<ListenSockets::Leaving> leaving_;
  std::vector<ProcessResult> results_;
  std::size_t pending_ = 0;
  Timer slow_;                     // commits that do not come soon
  std::string drain_;              // its operation, for Removal::kDrain
  std::int64_t committed_at_ = 0;  // Unix, milliseconds: when the processes are told
  enum class Phase : std::uint8_t { kPreparing, kDecided, kFinished };
  Phase phase_ = Phase::kPreparing;
};

}  // namespace wampgate::supervisor
