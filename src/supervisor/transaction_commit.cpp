// A transaction from its decision on: nothing here can fail any more.
#include <chrono>

#include "base/log.hpp"
#include "supervisor/transaction_participant.hpp"

namespace wampgate::supervisor {
namespace {

// A process that has committed does not take over for siblings before they have had so long to commit.
constexpr std::chrono::milliseconds kSiblingsWait{250};

bool IsFromFile(const internal::Revision& revision) {
  return revision.origin().compare(0, 5, "file:") == 0;
}

}  // namespace

Status Transaction::WriteRevision() {
  if (change_.options.mode == ApplyMode::kRestore) {
    state_.revision = std::move(change_.stored);
    return OkStatus();
  }
  internal::Revision revision;
  revision.set_number(number_);
  revision.set_time_unix_milliseconds(std::chrono::duration_cast<std::chrono::milliseconds>(
                                          std::chrono::system_clock::now().time_since_epoch())
                                          .count());
  revision.set_origin(change_.options.origin);
  revision.set_author(change_.options.author);
  revision.set_message(change_.options.message);
  *revision.mutable_node() = change_.document;
  const internal::Revision& before = state_.revision;
  if (!IsFromFile(revision) && before.has_file()) *revision.mutable_file() = before.file();
  if (!IsFromFile(revision) && IsFromFile(before)) *revision.mutable_file() = before.node();
  WAMPGATE_RETURN_IF_ERROR(state_.revisions.Append(revision));
  state_.revision = std::move(revision);
  return OkStatus();
}

void Transaction::Decide() {
  if (const Status status = WriteRevision(); !status.ok()) {
    return Abort(Annotate(status, "the new revision cannot be written to disk, so nothing was changed"));
  }
  phase_ = Phase::kDecided;
  state_.context.revision = number_;
  state_.resolved = *candidate_.resolved;
  std::set<std::string> idle;
  for (const auto& [id, unit] : state_.units) {
    if (unit->wanted() == WorkerUnit::Wanted::kStopped) idle.insert(id);
  }
  leaving_ = state_.context.sockets.Take(*stage_, idle);
  InstallUnits();
  state_.context.sockets.Drain(leaving_, [this] { CommitAll(); });
}

void Transaction::InstallUnits() {
  std::set<std::string> kept;
  for (const WorkerSettings& next : candidate_.workers) {
    kept.insert(next.id);
    InstallUnit(next);
  }
  for (auto unit = state_.units.begin(); unit != state_.units.end();) {
    if (kept.contains(unit->first)) {
      ++unit;
      continue;
    }
    departing_.push_back(std::move(unit->second));
    unit = state_.units.erase(unit);
  }
  for (auto& unit : added_) {
    std::unique_ptr<WorkerUnit>& place = state_.units[unit->settings().id];
    if (place != nullptr) departing_.push_back(std::move(place));
    place = std::move(unit);
  }
  added_.clear();
  for (const auto& participant : participants_) {
    if (participant->staged_ != nullptr) participant->unit_->Add(std::move(participant->staged_));
  }
}

void Transaction::InstallUnit(const WorkerSettings& next) {
  const auto found = state_.units.find(next.id);
  if (found == state_.units.end() || !SameProcess(found->second->settings(), next)) return;  // among added_
  WorkerUnit& unit = *found->second;
  if (!NeedsTelling(unit, next)) {
    for (const auto& [index, process] : unit.processes()) {
      if (process->serving()) process->SetRevision(number_);
    }
    return;
  }
  unit.SetSettings(next);
  for (const auto& [index, process] : unit.processes()) {
    if (index >= static_cast<std::uint32_t>(next.processes)) unit.Leave(index);
  }
}

void Transaction::CommitAll() {
  internal::Commit commit;
  commit.set_transaction(id_);
  commit.set_removal(change_.options.removal == Removal::kClose ? internal::Commit::CLOSE
                                                                : internal::Commit::KEEP);
  pending_ = participants_.size() + 1;
  for (const auto& participant : participants_) {
    const Status sent = participant->process_->Commit(
        commit,
        [this, &waiting = *participant](const Process::Answer& answer) { OnCommitted(waiting, answer); });
    if (!sent.ok()) OnCommitted(*participant, {sent, ""});
  }
  slow_.Start(state_.loop.timers(), kSiblingsWait, [this] { Rebalance(); });
  if (--pending_ == 0) Complete();
}

// Sockets of processes that do not serve go to those that do.
void Transaction::Rebalance() {
  for (const auto& [id, unit] : state_.units) unit->Rebalance();
}

void Transaction::OnCommitted(Participant& participant, const Process::Answer& answer) {
  Process& process = *participant.process_;
  if (answer.status.ok()) {
    participant.unit_->Committed(process, participant.transports_);
    Note(process, participant.is_new_ ? ProcessOutcome::kStarted : ProcessOutcome::kCommitted);
  } else {
    process.Kill("did not commit the new revision");
    Note(process, ProcessOutcome::kReplaced, std::string(Message(answer.status)));
  }
  if (--pending_ == 0) Complete();
}

void Transaction::Complete() {
  for (const WorkerSettings& next : candidate_.workers) {
    Depart(state_.units.at(next.id)->TakeFrom(static_cast<std::uint32_t>(next.processes)));
  }
  for (const auto& unit : departing_) Depart(unit->TakeAll());
  departing_.clear();
  state_.context.sockets.CloseLeaving(leaving_);
  slow_.Stop();
  Rebalance();
  log::Info("supervisor", "a revision runs",
            {{"revision", number_}, {"origin", state_.revision.origin()}, {"workers", state_.units.size()}});
  Finish({.outcome = ApplyOutcome::kApplied});
}

void Transaction::Depart(std::vector<std::unique_ptr<Process>> processes) {
  for (std::unique_ptr<Process>& process : processes) {
    Note(*process, ProcessOutcome::kStopped);
    state_.graveyard.Bury(std::move(process), state_.resolved.shutdown_grace);
  }
}

}  // namespace wampgate::supervisor
