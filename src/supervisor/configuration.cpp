// What the supervisor does with the configuration as a whole: changes, revisions, confirmations, watchers.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/unix_time.hpp"
#include "config/load.hpp"
#include "supervisor/node_file.hpp"
#include "supervisor/problem_log.hpp"
#include "supervisor/supervisor.hpp"

namespace wampgate::supervisor {
namespace {

constexpr std::string_view kModule = "supervisor";
constexpr std::chrono::seconds kRetryRollBack{10};

std::chrono::milliseconds SinceEpoch() {
  return std::chrono::milliseconds(UnixMilliseconds());
}

void Refuse(const ApplyDone& done, const Status& status, config::Problems problems = {}) {
  ApplyReply reply;
  reply.status = status;
  reply.problems = std::move(problems);
  done(reply);
}

}  // namespace

void Supervisor::Apply(v1::Node document, ApplyOptions options, ApplyDone done) {
  Post({std::move(document), std::move(options), {}}, std::move(done));
}

void Supervisor::Apply(config::ChangeList changes, ApplyOptions options, ApplyDone done) {
  Post({{}, std::move(options), {}, std::move(changes)}, std::move(done));
}

void Supervisor::Post(Transaction::Change change, ApplyDone done) {
  loop_.Post([this, change = std::move(change), done = std::move(done)]() mutable {
    const AnsweredRequests::Id id{change.options.request_id, change.options.request_digest};
    auto first = requests_.Begin(id, std::move(done));
    if (first) Begin(std::move(change), *std::move(first));
  });
}

void Supervisor::RollBack(std::uint64_t number, ApplyOptions options, ApplyDone done) {
  StatusOr<internal::Revision> revision = LoadRevision(number);
  if (!revision.ok()) return Refuse(done, revision.status());
  options.rolls_back_to = number;
  options.origin = fmt::format("rollback:{}", number);
  Apply(std::move(*revision->mutable_node()), std::move(options), std::move(done));
}

void Supervisor::ReloadFile(ApplyOptions options, ApplyDone done) {
  if (options_.node_file.empty()) {
    options.file_rule = FileRule::kNone;
    options.origin = "reload";
    return Apply(config::ChangeList(), std::move(options), std::move(done));  // the files that it names
  }
  config::Loaded loaded =
      config::LoadFile(options_.node_file, config::Environment::OfThisProcess(node_directory()));
  if (!loaded.document || !loaded.node) {
    return Refuse(
        done,
        InvalidArgument(fmt::format("the node file {} has errors; nothing was changed", options_.node_file)),
        std::move(loaded.problems));
  }
  options.origin = "file:" + options_.node_file;
  Apply(*std::move(loaded.document), std::move(options), std::move(done));
}

void Supervisor::Restore(ApplyDone done) {
  Begin({stored_->node(), {.mode = ApplyMode::kRestore}, *stored_}, std::move(done));
}

void Supervisor::Begin(Transaction::Change change, ApplyDone done) {
  const auto held = std::make_shared<Transaction::Change>(std::move(change));  // may be large: not copied
  jobs_.Add({.start = [this, held, done] { Run(std::move(*held), done); },
             .refused = [done](const Status& status) { Refuse(done, status); }});
}

void Supervisor::Run(Transaction::Change change, ApplyDone done) {
  if (change.options.management == ManagementRule::kMustStay && !change.changes &&
      config::CanonicalBytes(change.document.management()) !=
          config::CanonicalBytes(state_.revision.node().management())) {
    jobs_.Finished();
    return Refuse(done, MakeStatus(StatusCode::kPermissionDenied,
                                   "the change touches `management`, which needs an admin: who may do what"));
  }
  transaction_ = std::make_unique<Transaction>(
      state_, std::move(change), [this, done = std::move(done)](const ApplyReply& reply) {
        loop_.DeleteLater(std::move(transaction_));
        table_.SetPorts(sockets_.port_orders());
        jobs_.Finished();
        if (reply.status.ok() && reply.outcome == ApplyOutcome::kApplied) OnCommitted();
        done(reply);
      });
  transaction_->Start();
}

void Supervisor::OnCommitted() {
  committed_ = state_.revision.number();
  AwaitConfirmation();
  config_watchers_.TellAbout(state_.revision);
  node_control_.OnRevision();
}

void Supervisor::GetRevision(std::function<void(const internal::Revision&)> done) {
  loop_.Post([this, done = std::move(done)] { done(state_.revision); });
}

StatusOr<std::vector<std::uint64_t>> Supervisor::ListRevisions() const {
  const std::uint64_t running = committed_;
  WAMPGATE_ASSIGN_OR_RETURN(std::vector<std::uint64_t> numbers, revisions_.Numbers());
  while (!numbers.empty() && numbers.back() > running) numbers.pop_back();
  return numbers;
}

StatusOr<internal::Revision> Supervisor::LoadRevision(std::uint64_t number) const {
  if (number == 0 || number > committed_) {
    return NotFound(fmt::format("there is no revision {}; revision {} runs", number, committed_.load()));
  }
  return revisions_.Load(number);
}

void Supervisor::ForEachRevision(std::uint64_t first, const RevisionStore::Visit& visit) const {
  revisions_.ForEach(first, [&, running = committed_.load()](const internal::Revision& revision) {
    return revision.number() > running ? RevisionStore::Go::kStop : visit(revision);
  });
}

// Answers that the supervisor before gave, or was about to give.
void Supervisor::RememberRequests() {
  const std::chrono::milliseconds now = SinceEpoch();
  const std::chrono::milliseconds oldest = now - AnsweredRequests::kKept;
  revisions_.ForEachSince(oldest.count(), [&](const internal::Revision& revision) {
    requests_.Remember(revision.request(),
                       now - std::chrono::milliseconds(revision.time_unix_milliseconds()));
    return RevisionStore::Go::kOn;
  });
}

void Supervisor::Confirm(std::uint64_t number, std::function<void(const Status&)> done) {
  loop_.Post([this, number, done = std::move(done)] {
    jobs_.Add({.start =
                   [this, number, done] {
                     const Status status = ConfirmNow(number);
                     jobs_.Finished();
                     done(status);
                   },
               .refused = done});
  });
}

Status Supervisor::ConfirmNow(std::uint64_t number) {
  const std::uint64_t running = state_.revision.number();
  if (number != running) {
    return FailedPrecondition(
        fmt::format("revision {} runs, not {}: there is nothing to confirm", running, number));
  }
  if (!AwaitsConfirmation(state_.revision)) {
    return FailedPrecondition(fmt::format("revision {} waits for no confirmation", number));
  }
  internal::Revision revision = state_.revision;
  revision.mutable_confirmation()->set_confirmed(true);
  if (const Status status = revisions_.Replace(revision); !status.ok()) {
    return Annotate(status, "the confirmation cannot be written to disk, so the revision still waits for it");
  }
  state_.revision = std::move(revision);
  unconfirmed_.Stop();
  log::Info(kModule, "a revision was confirmed", {{"revision", number}});
  config_watchers_.TellConfirmed(state_.revision);
  return OkStatus();
}

void Supervisor::AwaitConfirmation() {
  unconfirmed_.Stop();
  if (!AwaitsConfirmation(state_.revision)) return;
  const std::chrono::milliseconds deadline(state_.revision.confirmation().deadline_unix_milliseconds());
  const auto left = std::max(deadline - SinceEpoch(), std::chrono::milliseconds(0));
  const std::uint64_t number = state_.revision.number();
  log::Warning(kModule, "the revision is rolled back unless it is confirmed",
               {{"revision", number}, {"seconds", left.count() / 1000}});
  unconfirmed_.Start(loop_.timers(), left, [this, number] { RollBackUnconfirmed(number); });
}

void Supervisor::RollBackUnconfirmed(std::uint64_t number) {
  jobs_.Add({.start = [this, number] { StartRollBack(number); },
             .refused =
                 [this, number](const Status&) {
                   unconfirmed_.Start(loop_.timers(), kRetryRollBack,
                                      [this, number] { RollBackUnconfirmed(number); });
                 }});
}

// As a job: it ends with jobs_.Finished.
void Supervisor::StartRollBack(std::uint64_t number) {
  if (state_.revision.number() != number || !AwaitsConfirmation(state_.revision)) return jobs_.Finished();
  const std::uint64_t previous = state_.revision.confirmation().previous();
  StatusOr<internal::Revision> revision = revisions_.Load(previous);
  if (!revision.ok()) {
    log::Error(
        kModule,
        "a revision was not confirmed, and the one before cannot be read; it stays. Confirm it, or roll back "
        "to another one",
        {{"revision", number}, {"error", Message(revision.status())}});
    return jobs_.Finished();
  }
  ApplyOptions options;
  options.origin = fmt::format("rollback:{}", previous);
  options.author = "wampgated";
  options.message = fmt::format("revision {} was not confirmed in time", number);
  options.rolls_back_to = previous;
  options.undoes = number;
  log::Warning(kModule, "a revision was not confirmed in time; the one before comes back",
               {{"revision", number}, {"previous", previous}});
  Run({std::move(*revision->mutable_node()), std::move(options), {}},
      [this, number](const ApplyReply& reply) {
        if (reply.status.ok()) return LogProblems(kModule, reply.problems);
        log::Error(kModule, "the revision before cannot be brought back yet; it is tried again in 10 s",
                   {{"revision", number}, {"error", Message(reply.status)}});
        unconfirmed_.Start(loop_.timers(), kRetryRollBack, [this, number] { RollBackUnconfirmed(number); });
      });
}

std::uint64_t Supervisor::WatchConfig(std::uint64_t after, ConfigWatchers::Watcher watcher) {
  const std::uint64_t id = next_watch_++;
  loop_.Post([this, id, after, watcher = std::move(watcher)]() mutable {
    if (stopping_) return watcher.end(Unavailable("the node is stopping"));
    if (after == 0) {
      watcher.tell(ConfigEventKind::kSnapshot, state_.revision);
    } else {
      TellAfter(after, watcher);
    }
    config_watchers_.Add(id, std::move(watcher));
  });
  return id;
}

void Supervisor::TellAfter(std::uint64_t after, const ConfigWatchers::Watcher& watcher) const {
  ForEachRevision(after, [&](const internal::Revision& revision) {
    if (revision.number() > after) {
      ConfigWatchers::TellAbout(revision, watcher);
    } else if (revision.confirmation().confirmed()) {  // perhaps later than what the caller has seen of it
      watcher.tell(ConfigEventKind::kConfirmed, revision);
    }
    return RevisionStore::Go::kOn;
  });
}

void Supervisor::UnwatchConfig(std::uint64_t watch) {
  loop_.Post([this, watch] { config_watchers_.Remove(watch); });
}

}  // namespace wampgate::supervisor
