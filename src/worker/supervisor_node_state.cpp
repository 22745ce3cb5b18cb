#include "worker/supervisor_node_state.hpp"

#include <utility>

namespace wampgate::worker {
namespace {

// Askers give up after seconds; a supervisor that answers none of so many is not going to.
constexpr std::size_t kMostWaiting = 1000;

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
    if (!send_(frame)) return done(WithoutSupervisor(wanted));
    question.id = last_id_;
  }
  question.waiting.push_back(std::move(done));
}

void SupervisorNodeState::OnAnswer(internal::NodeState& answer) {
  const bool is_metrics = answer.id() == metrics_.id;
  if (!is_metrics && answer.id() != health_.id) return;
  web::NodeState state{answer.ready(), answer.not_ready_reason(), ""};
  last_ = state;
  state.metrics = std::move(*answer.mutable_metrics());
  if (is_metrics && state.metrics.empty()) {
    for (const Done& done : std::exchange(metrics_.waiting, {})) {
      done(Unavailable("processes have not yet said what they have counted; try again"));
    }
    return;
  }
  if (is_metrics) {
    last_metrics_ = state;
    metrics_time_ = Clock::now();
  }
  for (const Done& done : std::exchange(is_metrics ? metrics_.waiting : health_.waiting, {})) done(state);
}

void SupervisorNodeState::OnLost() {
  last_metrics_.reset();
  for (const Done& done : std::exchange(health_.waiting, {})) done(WithoutSupervisor(Wanted::kHealth));
  for (const Done& done : std::exchange(metrics_.waiting, {})) done(WithoutSupervisor(Wanted::kMetrics));
}

StatusOr<web::NodeState> SupervisorNodeState::WithoutSupervisor(Wanted wanted) const {
  if (wanted == Wanted::kHealth && last_) return *last_;
  return Unavailable("the supervisor cannot be reached");
}

}  // namespace wampgate::worker
