// A transaction up to its decision.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"
#include "control/protocol.hpp"
#include "supervisor/plan.hpp"
#include "supervisor/transaction_participant.hpp"
#include "supervisor/worker_operation.hpp"

namespace wampgate::supervisor {
namespace {

constexpr std::chrono::milliseconds kStagedGrace{1000};
constexpr std::string_view kFirstWorker = "workers[0]";

/// A path within the document of one worker as a path within the whole one.
std::string WholePath(const std::string& path, const WorkerSettings& settings) {
  const std::string worker = fmt::format("workers[{}]", settings.position);
  if (path.compare(0, kFirstWorker.size(), kFirstWorker) == 0)
    return worker + path.substr(kFirstWorker.size());
  return path.empty() ? worker : path;
}

}  // namespace

std::string Transaction::ProcessName(const Process& process) {
  return fmt::format("workers/{}/processes/{}", process.worker(), process.index());
}

Transaction::Transaction(NodeState& state, Change change, ApplyDone done)
    : state_(state),
      environment_(config::Environment::OfThisProcess(state.context.node_directory)),
      change_(std::move(change)),
      done_(std::move(done)) {}

Transaction::~Transaction() = default;

void Transaction::Start() {
  if (!Check() || !Bind()) return;
  if (change_.options.mode == ApplyMode::kValidateOnly) {
    stage_.reset();
    return Finish({.outcome = ApplyOutcome::kValidated});
  }
  id_ = ++state_.context.transaction;
  number_ =
      change_.options.mode == ApplyMode::kRestore ? change_.stored.number() : state_.revisions.next_number();
  Enlist();
}

bool Transaction::Bind() {
  stage_ = std::make_unique<ListenStage>(state_.context.sockets.table(), *candidate_.resolved,
                                         state_.context.sockets.activated());
  config::Problems problems = stage_->problems();
  Localize(problems);
  if (config::HasErrors(problems)) {
    Abort(ProblemStatus(StatusCode::kFailedPrecondition, problems), problems);
    return false;
  }
  candidate_.problems.insert(candidate_.problems.end(), problems.begin(), problems.end());
  return true;
}

void Transaction::Enlist() {
  pending_ = 1;  // keeps the decision until all are enlisted
  for (const WorkerSettings& next : candidate_.workers) {
    if (phase_ == Phase::kPreparing) EnlistUnit(next);
  }
  if (phase_ == Phase::kPreparing && --pending_ == 0) Decide();
}

bool Transaction::NeedsTelling(const WorkerUnit& unit, const WorkerSettings& next) const {
  if (!SameNode(unit.settings(), next) || rerouted_.contains(next.id)) return true;
  const bool has_new_files =
      std::any_of(files_.changes.begin(), files_.changes.end(), [&](const config::Change& change) {
        return change.name == next.name || change.name.starts_with(next.name + "/");
      });
  if (has_new_files) return true;
  return std::any_of(next.transports.begin(), next.transports.end(),
                     [&](const std::string& transport) { return stage_->Find(transport)->changed; });
}

void Transaction::EnlistUnit(const WorkerSettings& next) {
  const auto found = state_.units.find(next.id);
  if (found == state_.units.end() || !SameProcess(found->second->settings(), next))
    return EnlistNewUnit(next);
  WorkerUnit& unit = *found->second;
  if (unit.wanted() == WorkerUnit::Wanted::kStopped || !NeedsTelling(unit, next)) return;
  const auto count = static_cast<std::uint32_t>(next.processes);
  for (const auto& [index, process] : unit.processes()) {
    if (index >= count) continue;
    if (process->serving() && process->connected()) {
      AddExisting(unit, *process, next);
    } else {
      Note(*process, ProcessOutcome::kNotRunning);
    }
  }
  for (std::uint32_t index = 0; index < count; ++index) {
    if (!unit.processes().contains(index)) AddStaged(unit, index, next);
  }
}

void Transaction::EnlistNewUnit(const WorkerSettings& next) {
  const auto before = state_.units.find(next.id);
  added_.push_back(std::make_unique<WorkerUnit>(state_.context, next));
  WorkerUnit& unit = *added_.back();
  if (before != state_.units.end()) unit.SetWanted(before->second->wanted());
  if (state_.operator_states.Is(next.name, StopOperation::kState))
    unit.SetWanted(WorkerUnit::Wanted::kStopped);
  if (unit.wanted() == WorkerUnit::Wanted::kStopped) return;
  for (std::uint32_t index = 0; index < static_cast<std::uint32_t>(next.processes); ++index) {
    AddStaged(unit, index, next);
  }
}

void Transaction::AddExisting(WorkerUnit& unit, Process& process, const WorkerSettings& next) {
  if (phase_ != Phase::kPreparing) return;
  participants_.push_back(std::make_unique<Participant>(*this, unit, next));
  Participant& participant = *participants_.back();
  participant.process_ = &process;
  ++pending_;
  for (const std::string& transport : next.transports) {
    if (stage_->Find(transport)->changed) participant.transports_.push_back(transport);
  }
  SendPrepare(participant);
}

void Transaction::AddStaged(WorkerUnit& unit, std::uint32_t index, const WorkerSettings& next) {
  if (phase_ != Phase::kPreparing) return;
  participants_.push_back(std::make_unique<Participant>(*this, unit, next));
  Participant& participant = *participants_.back();
  participant.is_new_ = true;
  participant.transports_ = next.transports;
  participant.staged_ = unit.MakeProcess(next, index, participant);
  participant.process_ = participant.staged_.get();
  ++pending_;
  participant.process_->Start();
}

void Transaction::Participant::OnConnected(Process& /*process*/) {
  if (stage_ == Stage::kAwaited) transaction_.SendPrepare(*this);
}

void Transaction::Participant::OnEnded(Process& process) {
  if (transaction_.phase_ != Phase::kPreparing) return;
  transaction_.OnPrepared(
      *this, {Unavailable(fmt::format("it ended while it was started: {}", process.Report().last_exit)), ""});
}

void Transaction::SendPrepare(Participant& participant) {
  Process& process = *participant.process_;
  const PrepareTarget target{id_, number_, participant.settings_, change_.document};
  const bool gets_delta = delta_ && !participant.is_new_ && !participant.gets_whole_ &&
                          process.protocol_version() >= control::kDeltas &&
                          participant.unit_->IsCurrent(process) && process.applied_revision() != 0;
  internal::Prepare prepare = gets_delta
                                  ? MakePrepare(state_.context, target, *delta_, process.applied_revision())
                                  : MakePrepare(state_.context, target);
  std::vector<UniqueFd> descriptors;
  for (const std::string& transport : participant.transports_) {
    const ListenStage::Entry& entry = *stage_->Find(transport);
    const std::size_t index = process.index() % entry.count;
    if (AddSocket({transport, index, entry.endpoint->address, stage_->fd(entry, index)}, prepare,
                  descriptors))
      continue;
    return OnPrepared(participant, {ResourceExhausted("the supervisor is out of file descriptors"), ""});
  }
  participant.stage_ = Participant::Stage::kAsked;
  const Status sent = process.Prepare(
      std::move(prepare), std::move(descriptors),
      [this, &participant](const Process::Answer& answer) { OnPrepared(participant, answer); });
  if (!sent.ok()) OnPrepared(participant, {sent, ""});
}

void Transaction::OnPrepared(Participant& participant, const Process::Answer& answer) {
  if (phase_ != Phase::kPreparing || participant.stage_ == Participant::Stage::kReady) return;
  if (answer.status.ok()) {
    participant.stage_ = Participant::Stage::kReady;
    log::Debug("supervisor", "a worker process is ready for a revision",
               {{"worker", participant.settings_.id},
                {"process", participant.process_->index()},
                {"revision", number_}});
    if (--pending_ == 0) Decide();
    return;
  }
  if (answer.wants == Process::Answer::Wants::kWholeNode && !participant.gets_whole_) {
    participant.gets_whole_ = true;
    return SendPrepare(participant);
  }
  config::Problems problems;
  problems.push_back({.path = WholePath(answer.path, participant.settings_),
                      .message = fmt::format("worker {}, process {}: {}", participant.settings_.id,
                                             participant.process_->index(), Message(answer.status))});
  Localize(problems);
  Abort(ProblemStatus(StatusCode::kFailedPrecondition, problems), problems);
}

void Transaction::Abort(const Status& status, config::Problems problems) {
  if (phase_ != Phase::kPreparing) return;
  phase_ = Phase::kFinished;
  for (const auto& participant : participants_) {
    if (participant->staged_ != nullptr) {
      state_.graveyard.Bury(std::move(participant->staged_), kStagedGrace);
    } else if (participant->stage_ != Participant::Stage::kAwaited) {
      participant->process_->Discard(id_);
    }
  }
  added_.clear();
  stage_.reset();
  candidate_.problems.insert(candidate_.problems.end(), problems.begin(), problems.end());
  Finish({.status = status});
}

void Transaction::Cancel() {
  Abort(Unavailable("the node is stopping"));
}

void Transaction::Finish(ApplyReply reply) {
  phase_ = Phase::kFinished;
  reply.revision = state_.revision.number();
  reply.problems = std::move(candidate_.problems);
  AddWarnings(reply.problems, plan_);
  reply.plan = std::move(plan_);
  reply.processes = std::move(results_);
  reply.operation = drain_;
  const bool applied = reply.outcome == ApplyOutcome::kApplied;
  if (reply.status.ok()) reply.document = applied ? &state_.revision.node() : &change_.document;
  const ApplyDone done = std::move(done_);
  done(reply);
  KeepSpare();
}

void Transaction::Note(const Process& process, ProcessOutcome outcome, std::string detail) {
  results_.push_back({ProcessName(process), outcome, std::move(detail)});
}

}  // namespace wampgate::supervisor
