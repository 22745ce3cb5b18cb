// Whether a transaction may begin: what it is asked for against what runs.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "config/environment.hpp"
#include "config/node_delta.hpp"
#include "config/secrets.hpp"
#include "supervisor/node_file.hpp"
#include "supervisor/plan.hpp"
#include "supervisor/tls_check.hpp"
#include "supervisor/transaction_participant.hpp"

namespace wampgate::supervisor {

bool Transaction::Check() {
  base_ = state_.revision.number();
  if (!CheckRevision() || !CheckDocument()) return false;
  const bool same = change_.changes ? plan_.changes().empty()
                                    : base_ != 0 && SameDocument(change_.document, state_.revision.node());
  if (change_.options.file_rule != FileRule::kNone && base_ != 0) {
    if (same ? !MarkFileSeen() : !CheckFile()) return false;
  }
  if (!JudgeFiles()) return false;
  if (!same || (base_ != 0 && !files_.changes.empty())) return CheckLimits();
  Finish({.outcome = ApplyOutcome::kNoChange});
  return false;
}

bool Transaction::CheckRevision() {
  const std::uint64_t expected = change_.options.expected_revision;
  if (expected == 0 || expected == base_) return true;
  Abort(Aborted(fmt::format("revision {} runs, not the expected {}: read it again", base_, expected)));
  return false;
}

// The changes are made of what runs now: whoever came before has done so already.
bool Transaction::MakeChanges() {
  if (state_.spare) {
    change_.document.Swap(state_.spare.get());
    state_.spare.reset();
  } else {
    change_.document = state_.revision.node();
  }
  editing_ = Editing::kDocument;
  made_ = config::MakeChanges(state_.revision.node(), change_.document, *change_.changes, environment_);
  if (!made_.status.ok()) {
    Abort(made_.status, std::move(made_.problems));
    return false;
  }
  if (!made_.has_workers) delta_ = config::DeltaTo(change_.document, made_.routes);
  return true;
}

void Transaction::FindRouteChanges(const std::vector<config::Change>& made) {
  std::vector<config::ObjectName> routes;
  for (const config::Change& change : made) {
    if (change.kind != "route") continue;
    routes.push_back(*config::ObjectName::Parse(change.name));
    rerouted_.insert(routes.back().worker);
  }
  // Much to say about routes is said faster with all of them.
  if (!delta_ && base_ != 0 && routes.size() * 2 < config::CountRoutes(change_.document))
    delta_ = config::DeltaTo(change_.document, routes);
}

void Transaction::Localize(config::Problems& problems) const {
  if (!change_.changes) return;
  config::NameByRequest(made_.placed, change_.document, environment_, problems);
}

bool Transaction::CheckDocument() {
  config::Problems secrets;
  if (change_.changes) {
    if (!MakeChanges()) return false;
  } else if (change_.options.mode != ApplyMode::kRestore) {
    config::RestoreSecrets(state_.revision.node(), change_.document, secrets);
  }
  candidate_ = delta_ && !made_.changes_known_backends
                   ? MakeCandidate(change_.document, *delta_, environment_)
                   : MakeCandidate(change_.document, environment_);
  Localize(candidate_.problems);
  candidate_.problems.insert(candidate_.problems.end(), secrets.begin(), secrets.end());
  if (config::HasErrors(candidate_.problems)) {
    Abort(ProblemStatus(StatusCode::kInvalidArgument, candidate_.problems));
    return false;
  }
  std::vector<config::Change> made =
      change_.changes ? std::move(made_.plan)
                      : config::Diff(state_.revision.node(), change_.document, environment_);
  FindRouteChanges(made);
  ReadNamedFiles(made);
  Plan(made);
  return true;
}

// Whatever file is changed under the path it had changes the object that names it.
void Transaction::ReadNamedFiles(std::vector<config::Change>& made) {
  config::NamedFileList list = config::NamedFiles(candidate_.rest, environment_);
  files_ = {};
  if (list.files.empty()) return;
  std::vector<BrokenFiles> broken =
      state_.file_check ? state_.file_check(*candidate_.resolved) : std::vector<BrokenFiles>();
  // What runs after a restart has run before it, and what the node goes back to by itself has to come,
  // whatever has become of its files.
  const bool is_known = change_.options.mode == ApplyMode::kRestore || change_.options.undoes != 0;
  TlsFindings tls = CheckTlsFiles(list.tls, [&] {
    return is_known ? list.tls
                    : config::NamedFiles(config::WithoutRoutes(state_.revision.node()), environment_).tls;
  });
  std::move(tls.broken.begin(), tls.broken.end(), std::back_inserter(broken));
  files_ = ReadFiles(list.files, broken, state_.revision.files(), environment_);
  files_.problems.insert(files_.problems.begin(), tls.remarks.begin(), tls.remarks.end());
  if (base_ != 0) AddFileChanges(files_.changes, made);
}

// Of the files that count: those of a document that is not applied after all are no matter.
bool Transaction::JudgeFiles() {
  const config::Problems found = std::exchange(files_.problems, {});
  candidate_.problems.insert(candidate_.problems.end(), found.begin(), found.end());
  if (!config::HasErrors(found)) return true;
  Abort(ProblemStatus(StatusCode::kFailedPrecondition, found));
  return false;
}

void Transaction::Plan(const std::vector<config::Change>& made) {
  std::vector<WorkerReport> workers;
  for (const auto& [id, unit] : state_.units) workers.push_back(ReportOn(*unit, state_.context.sockets));
  plan_ = MakePlan(made, change_.options.removal, workers);
  plan_.set_base_revision(base_);
  CountLeaving();
}

// The node file says nothing that is wanted; what is in the files that the running document names is.
bool Transaction::KeepRunning() {
  config::Problems problems = std::move(candidate_.problems);
  change_.document = state_.revision.node();
  change_.options.origin = "reload";
  delta_.reset();
  rerouted_.clear();
  candidate_ = MakeCandidate(change_.document, environment_);
  candidate_.problems = std::move(problems);
  std::vector<config::Change> made;
  files_ = {};
  if (candidate_.resolved) ReadNamedFiles(made);
  Plan(made);
  if (!JudgeFiles()) return false;
  if (!made.empty()) return true;
  Finish({.outcome = ApplyOutcome::kNoChange});
  return false;
}

// The sessions of processes that a worker is to have no more; the plan of the objects knows nothing of them.
void Transaction::CountLeaving() {
  if (change_.options.removal == Removal::kKeep) return;
  for (const WorkerSettings& next : candidate_.workers) {
    const auto unit = state_.units.find(next.id);
    if (unit == state_.units.end() || !SameProcess(unit->second->settings(), next)) continue;
    std::uint64_t sessions = 0;
    for (const auto& [index, process] : unit->second->processes()) {
      if (index >= static_cast<std::uint32_t>(next.processes)) sessions += process->last_status().sessions();
    }
    for (v1::PlannedChange& change : *plan_.mutable_changes()) {
      if (change.name() != next.name) continue;
      change.set_sessions_closed(change.sessions_closed() + sessions);
      plan_.set_sessions_closed(plan_.sessions_closed() + sessions);
    }
  }
}

// The document is the node file's and says something else than what runs.
bool Transaction::CheckFile() {
  const Drift drift = DriftOf(state_.revision, change_.document);
  const FileRule rule = change_.options.file_rule;
  if (rule == FileRule::kConfig) {
    return MarkFileSeen() && KeepRunning();
  }
  if (rule == FileRule::kFile || drift == Drift::kFileChanged) return true;
  if (drift == Drift::kConfigChanged) {
    candidate_.problems.push_back(
        {.severity = config::Severity::kWarning,
         .path = "",
         .message =
             fmt::format("the file says what it said when it was last applied, and the configuration was "
                         "changed over the API since: revision {} stays",
                         base_)});
    return KeepRunning();
  }
  config::Problems differences;
  for (const v1::PlannedChange& change : plan_.changes()) {
    differences.push_back({.path = change.name(), .message = DescribeDifference(change)});
  }
  Abort(
      FailedPrecondition(
          "both the node file and the running configuration were changed since the file was last applied; "
          "nothing was changed. `wampgatectl reload --prefer file` applies the file, `--prefer config` keeps "
          "what runs"),
      std::move(differences));
  return false;
}

bool Transaction::MarkFileSeen() {
  if (change_.options.mode == ApplyMode::kValidateOnly) return true;
  const v1::Node* seen = FileLastApplied(state_.revision);
  if (seen != nullptr && SameDocument(*seen, change_.document)) return true;
  internal::Revision revision = state_.revision;
  *revision.mutable_file() = change_.document;
  if (const Status status = state_.revisions.Replace(revision); !status.ok()) {
    Abort(Annotate(status, "that the file was seen cannot be written to disk"));
    return false;
  }
  state_.revision = std::move(revision);
  return true;
}

bool Transaction::CheckLimits() {
  const ApplyOptions& options = change_.options;
  const bool goes_back = options.rolls_back_to != 0 || options.undoes != 0;
  if (AwaitsConfirmation(state_.revision) && !goes_back) {
    Abort(FailedPrecondition(
        fmt::format("revision {} waits to be confirmed, and nothing else is changed before: confirm it "
                    "(`wampgatectl confirm {}`) or give it up (`wampgatectl rollback {}`)",
                    base_, base_, state_.revision.confirmation().previous())));
    return false;
  }
  const std::uint64_t closed = plan_.sessions_closed();
  if (!options.max_sessions_affected || closed <= *options.max_sessions_affected) return true;
  Abort(
      FailedPrecondition(fmt::format("the change closes {} live session{}, and at most {} may be closed; "
                                     "nothing was changed",
                                     closed, closed == 1 ? "" : "s", *options.max_sessions_affected)));
  return false;
}

}  // namespace wampgate::supervisor
