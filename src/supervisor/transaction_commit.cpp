// A transaction from its decision on: nothing here can fail any more.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/log.hpp"
#include "base/unix_time.hpp"
#include "config/node_delta.hpp"
#include "config/object_name.hpp"
#include "supervisor/apply_result.hpp"
#include "supervisor/node_file.hpp"
#include "supervisor/plan.hpp"
#include "supervisor/transaction_participant.hpp"

namespace wampgate::supervisor {
namespace {

// A process that has committed does not take over for siblings before they have had so long to commit.
constexpr std::chrono::milliseconds kSiblingsWait{250};

}  // namespace

// What is going to be answered, as far as it is known before the processes are told.
ApplyReply Transaction::Expected() const {
  ApplyReply reply;
  reply.outcome = ApplyOutcome::kApplied;
  reply.revision = number_;
  reply.plan = plan_;
  AddWarnings(candidate_.problems, reply.plan);
  reply.processes = results_;
  for (const auto& participant : participants_) {
    reply.processes.push_back({ProcessName(*participant->process_),
                               participant->is_new_ ? ProcessOutcome::kStarted : ProcessOutcome::kCommitted});
  }
  return reply;
}

internal::Revision Transaction::MakeRevision() const {
  const ApplyOptions& options = change_.options;
  const auto now = std::chrono::system_clock::now();
  internal::Revision revision;
  revision.set_number(number_);
  revision.set_time_unix_milliseconds(UnixMilliseconds(now));
  revision.set_origin(options.origin);
  revision.set_author(options.author);
  revision.set_message(options.message);
  revision.mutable_request()->set_id(options.request_id);
  revision.mutable_request()->set_digest(options.request_digest);
  *revision.mutable_request()->mutable_result() = ToProto(Expected());
  if (options.confirm_timeout.count() > 0 && base_ != 0) {
    auto& confirmation = *revision.mutable_confirmation();
    confirmation.set_deadline_unix_milliseconds(UnixMilliseconds(now + options.confirm_timeout));
    confirmation.set_previous(base_);
  }
  revision.set_undoes(options.undoes);
  *revision.mutable_files() = files_.digests;
  return revision;
}

// Documents may be large: they are moved, not copied.
RevisionDifference Transaction::PlaceDocuments(internal::Revision& revision) {
  using File = RevisionDifference::File;
  RevisionDifference difference{delta_ && change_.changes ? &*delta_ : nullptr, File::kDiffers};
  revision.mutable_node()->Swap(&change_.document);
  if (IsFromFile(revision)) return difference;
  if (state_.revision.has_file()) {
    revision.mutable_file()->Swap(state_.revision.mutable_file());
    difference.file = File::kSame;
  } else if (IsFromFile(state_.revision)) {
    *revision.mutable_file() = state_.revision.node();
  } else {
    difference.file = File::kSame;
  }
  return difference;
}

void Transaction::TakeBackDocuments(internal::Revision& revision) {
  revision.mutable_node()->Swap(&change_.document);
  if (state_.revision.has_file() && revision.has_file())
    revision.mutable_file()->Swap(state_.revision.mutable_file());
}

Status Transaction::WriteRevision() {
  if (change_.options.mode == ApplyMode::kRestore) {
    state_.revision = std::move(change_.stored);
    return OkStatus();
  }
  internal::Revision revision = MakeRevision();
  const RevisionDifference difference = PlaceDocuments(revision);
  if (const Status status = state_.revisions.Append(revision, difference); !status.ok()) {
    TakeBackDocuments(revision);
    return status;
  }
  state_.revision.Swap(&revision);
  change_.document.Swap(revision.mutable_node());  // what ran
  return OkStatus();
}

// What a list was made in, or what it was made of, becomes equal to what runs again.
void Transaction::KeepSpare() {
  const std::uint64_t running = state_.revision.number();
  const bool applied = running == number_ && number_ != 0;
  if (running == 0 || (!applied && running != base_)) return;
  if (editing_ == Editing::kDocument && !made_.has_workers) {
    config::ApplyDelta(applied ? *std::move(delta_) : config::DeltaTo(state_.revision.node(), made_.routes),
                       change_.document);
    state_.spare = std::make_unique<v1::Node>();
    state_.spare->Swap(&change_.document);
  } else if (applied || !state_.spare) {
    state_.spare = std::make_unique<v1::Node>(state_.revision.node());
  }
}

void Transaction::Decide() {
  state_.removals.SpareReturned(candidate_.rest, environment_);
  if (const Status status = WriteRevision(); !status.ok()) {
    return Abort(Annotate(status, "the new revision cannot be written to disk, so nothing was changed"));
  }
  phase_ = Phase::kDecided;
  if (change_.options.undoes == 0) {
    state_.trial.Begin(base_, state_.now());
  } else {
    state_.trial.End();
  }
  state_.context.revision = number_;
  state_.resolved = *candidate_.resolved;
  std::set<std::string> idle;
  for (const auto& [id, unit] : state_.units) {
    if (unit->wanted() == WorkerUnit::Wanted::kStopped) idle.insert(id);
  }
  for (const auto& unit : added_) {
    if (unit->wanted() == WorkerUnit::Wanted::kStopped) idle.insert(unit->settings().id);
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
  committed_at_ = UnixMilliseconds();
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
  const bool drains = change_.options.removal == Removal::kDrain && AnnounceDrain();
  for (const WorkerSettings& next : candidate_.workers) {
    Depart(state_.units.at(next.id)->TakeFrom(static_cast<std::uint32_t>(next.processes)), Gone::kPlaces);
  }
  for (const auto& unit : departing_) {
    unit->LeaveAll();
    Depart(unit->TakeAll(), Gone::kWorker);
  }
  departing_.clear();
  if (drains) DrainRemoved();
  state_.context.sockets.CloseLeaving(leaving_);
  slow_.Stop();
  Rebalance();
  log::Info("supervisor", "a revision runs",
            {{"revision", number_}, {"origin", state_.revision.origin()}, {"workers", state_.units.size()}});
  Finish({.outcome = ApplyOutcome::kApplied});
}

bool Transaction::AnnounceDrain() {
  const bool removes = std::any_of(plan_.changes().begin(), plan_.changes().end(), [](const auto& change) {
    return change.action() == v1::PlannedChange::DELETE || change.action() == v1::PlannedChange::REPLACE;
  });
  const bool shrinks =
      std::any_of(candidate_.workers.begin(), candidate_.workers.end(), [&](const auto& next) {
        return state_.units.at(next.id)->processes().size() > static_cast<std::size_t>(next.processes);
      });
  if (removes || shrinks) drain_ = state_.removals.Announce(fmt::format("revision {}", number_));
  return removes || shrinks;
}

// The sessions of removed objects in the processes that stay.
void Transaction::DrainRemoved() {
  using Kind = config::ObjectName::Kind;
  RemovalDrains::Order order;
  order.subject = fmt::format("revision {}", number_);
  order.settings = change_.options.drain;
  order.replaced_at = committed_at_;
  for (const v1::PlannedChange& change : plan_.changes()) {
    if (!config::IsOfKind(change.name(), {Kind::kTransport, Kind::kPath, Kind::kBackend})) continue;
    if (change.action() == v1::PlannedChange::DELETE) order.removed.push_back(change.name());
    if (change.action() == v1::PlannedChange::REPLACE) order.replaced.push_back(change.name());
  }
  state_.removals.Begin(drain_, std::move(order));
}

void Transaction::Depart(std::vector<std::unique_ptr<Process>> processes, Gone gone) {
  const Removal removal = change_.options.removal;
  const bool at_once = removal == Removal::kClose || (removal == Removal::kKeep && gone == Gone::kWorker);
  for (std::unique_ptr<Process>& process : processes) {
    if (at_once) {
      Note(*process, ProcessOutcome::kStopped);
      state_.graveyard.Bury(std::move(process), state_.resolved.shutdown_grace);
      continue;
    }
    Note(*process, ProcessOutcome::kStopped,
         "accepts nothing more and lives on until its sessions have ended");
    state_.departures.Begin(
        std::move(process),
        removal == Removal::kKeep ? DepartInTime("") : DepartAtRate(drain_, change_.options.drain),
        state_.resolved.shutdown_grace);
  }
}

}  // namespace wampgate::supervisor
