// What the supervisor does about processes that it did not start, and about those that crash.
#include <fmt/format.h>

#include <utility>

#include "base/log.hpp"
#include "supervisor/problem_log.hpp"
#include "supervisor/supervisor.hpp"

namespace wampgate::supervisor {

void Supervisor::TakeOver(std::function<void(StatusOr<Takeover>)> done) {
  jobs_.Add(
      {.start = [this, done] { adoption_->Start(options_.adoption_wait, [this, done] { Resume(done); }); },
       .refused = [done](const Status& status) { done(status); }});
}

void Supervisor::Resume(const std::function<void(StatusOr<Takeover>)>& done) {
  std::vector<std::unique_ptr<Orphan>> orphans = adoption_->Take();
  std::erase_if(orphans, [](const auto& orphan) { return orphan->ended(); });
  const auto finish = [this, done](StatusOr<Takeover> result) {
    jobs_.Finished();
    done(std::move(result));
  };
  if (orphans.empty()) return finish(Takeover::kNothing);
  if (!stored_) {
    log::Error("supervisor",
               "there is no revision on disk that the processes of the supervisor before could go on with");
    on_nobody_left_ = [finish] { finish(Takeover::kNothing); };
    return EndOrphans(state_, std::move(orphans));
  }
  resumption_ = std::make_unique<Resumption>(state_, *stored_, std::move(orphans));
  const Status status = resumption_->Start(ports_before_, [this, finish] {
    table_.SetPorts(sockets_.port_orders());
    OnCommitted();
    finish(Takeover::kRuns);
  });
  if (!status.ok()) finish(status);
}

void Supervisor::OnCrash() {
  if (stopping_ || !state_.trial.Crashed(state_.now())) return;
  const std::uint64_t before = state_.trial.before();
  if (state_.resolved.auto_rollback) return RollBackBad(before);
  log::Error("supervisor",
             "the running revision makes worker processes crash; it stays, because management.auto_rollback "
             "is false: apply one that works",
             {{"revision", state_.revision.number()}, {"revision_before", before}});
}

void Supervisor::RollBackBad(std::uint64_t before) {
  const std::uint64_t bad = state_.revision.number();
  log::Error("supervisor", "the running revision makes worker processes crash; going back to the one before",
             {{"revision", bad}, {"back_to", before}});
  ApplyOptions options;
  options.expected_revision = bad;
  options.undoes = bad;
  options.author = "wampgated";
  options.message = fmt::format("revision {} made worker processes crash", bad);
  RollBack(before, std::move(options), [this, bad, before](const ApplyReply& reply) {
    if (reply.status.ok()) {
      log::Error("supervisor",
                 "a bad revision was rolled back: why its processes ended is in the log before this line; "
                 "correct it and apply it again",
                 {{"bad_revision", bad}, {"content_of", before}, {"revision", reply.revision}});
      return LogProblems("supervisor", reply.problems);
    }
    log::Error("supervisor", "a bad revision cannot be rolled back",
               {{"bad_revision", bad}, {"content_of", before}, {"error", Message(reply.status)}});
    if (reply.status.code() != StatusCode::kAborted) state_.trial.TryAgain();
  });
}

}  // namespace wampgate::supervisor
