#include "worker/supervisor_node_state.hpp"

#include <utility>

namespace wampgate::worker {
namespace {

// Askers give up after seconds; a supervisor that answers none of so many is not going to.
constexpr std::size_t kMostWaiting = 1000;
constexpr const char* kGone = "the supervisor cannot be reached";
constexpr const char* kSilent =
    "the supervisor has not answered in time: it is busy with a large change, or hangs; see its log";

}  // namespace

void SupervisorNodeState::Get(Wanted wanted, Done done) {
  if (wanted == Wanted::kMetrics && last_metrics_ && Clock::now() - metrics_time_ < kFresh) {
    return done(*last_metrics_);
  }
  Asked& question = asked(wanted);
  if (question.waiting.size() >= kMostWaiting) {
    return done(ResourceExhausted("too many requests wait for the supervisor"));
  }
  if (question.waiting.empty()) {
    internal::Frame frame;
    frame.mutable_node_state_request()->set_id(++last_id_);
    frame.mutable_node_state_request()->set_metrics(wanted == Wanted::kMetrics);
    if (!send_(frame)) return done(WithoutSupervisor(wanted, kGone));
    question.id = last_id_;
    question.deadline.Start(loop_.timers(), kDeadline, [this, wanted] { OnSilence(wanted); });
  }
  question.waiting.push_back(std::move(done));
}

void SupervisorNodeState::OnAnswer(internal::NodeState& answer) {
  const bool is_metrics = answer.id() == metrics_.id;
  if (!is_metrics && answer.id() != health_.id) return;
  web::NodeState state{answer.ready(), answer.not_ready_reason(), nullptr};
  last_ = state;
  if (!is_metrics) return Answer(health_, state);
  if (answer.metrics().empty()) {
    return Answer(metrics_, Unavailable("processes have not yet said what they have counted; try again"));
  }
  state.metrics = std::make_shared<const std::string>(std::move(*answer.mutable_metrics()));
  last_metrics_ = state;
  metrics_time_ = Clock::now();
  Answer(metrics_, state);
}

void SupervisorNodeState::OnLost() {
  last_metrics_.reset();
  Answer(health_, WithoutSupervisor(Wanted::kHealth, kGone));
  Answer(metrics_, WithoutSupervisor(Wanted::kMetrics, kGone));
}

// The next who asks has it asked anew.
void SupervisorNodeState::OnSilence(Wanted wanted) {
  Answer(asked(wanted), WithoutSupervisor(wanted, kSilent));
}

void SupervisorNodeState::Answer(Asked& question, const StatusOr<web::NodeState>& state) {
  question.deadline.Stop();
  for (const Done& done : std::exchange(question.waiting, {})) done(state);
}

StatusOr<web::NodeState> SupervisorNodeState::WithoutSupervisor(Wanted wanted, const char* why) const {
  if (wanted == Wanted::kHealth && last_) return *last_;
  return Unavailable(why);
}

}  // namespace wampgate::worker
