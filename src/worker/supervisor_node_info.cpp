#include "worker/supervisor_node_info.hpp"

#include <utility>

namespace wampgate::worker {
namespace {

// Askers give up after seconds; a supervisor that answers none of so many is not going to.
constexpr std::size_t kMostWaiting = 1000;

}  // namespace

void SupervisorNodeInfo::Get(std::function<void(StatusOr<web::NodeInfo>)> done) {
  if (waiting_.size() >= kMostWaiting)
    return done(ResourceExhausted("too many requests wait for the supervisor"));
  internal::Frame frame;
  frame.mutable_node_info_request()->set_id(++last_id_);
  if (!send_(frame)) return done(Unavailable("the supervisor cannot be reached"));
  waiting_.emplace(last_id_, std::move(done));
}

void SupervisorNodeInfo::OnAnswer(const internal::NodeInfo& answer) {
  const auto found = waiting_.find(answer.id());
  if (found == waiting_.end()) return;
  auto done = std::move(found->second);
  waiting_.erase(found);
  web::NodeInfo info;
  info.node_id = answer.node_id();
  if (!answer.version().empty()) info.version = answer.version();
  info.started = std::chrono::system_clock::from_time_t(answer.start_time_unix());
  info.workers_running = static_cast<int>(answer.workers());
  info.controller_pid = pid_();
  info.public_key = answer.public_key();
  done(std::move(info));
}

void SupervisorNodeInfo::OnLost() {
  for (auto& [id, done] : std::exchange(waiting_, {})) done(Unavailable("the supervisor went away"));
}

}  // namespace wampgate::worker
