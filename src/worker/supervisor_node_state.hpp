#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "wampgate/internal/control.pb.h"
#include "web/node_state.hpp"

namespace wampgate::worker {

/// Asks the supervisor over the control channel what `metrics` and `health` paths show. One question of a
/// kind is under way at a time, and metrics that are younger than kFresh are given again, so that nobody can
/// keep the supervisor busy through a public path. While there is no supervisor, or none that answers within
/// kDeadline, the node is as ready as it last was: its processes serve on. Loop's thread only.
class SupervisorNodeState final : public web::NodeStateSource {
 public:
  static constexpr std::chrono::milliseconds kFresh{500};
  /// Shorter than what who asks waits for, so that the answer is ours.
  static constexpr std::chrono::milliseconds kDeadline{1500};
  /// `send` is false when there is no supervisor at present.
  using Send = std::function<bool(const internal::Frame&)>;
  SupervisorNodeState(net::Loop& loop, Send send) : loop_(loop), send_(std::move(send)) {}

  void Get(Wanted wanted, std::function<void(const StatusOr<web::NodeState>&)> done) override;
  void OnAnswer(internal::NodeState& answer);
  /// The supervisor is gone; everyone who waits is told.
  void OnLost();

 private:
  using Done = std::function<void(const StatusOr<web::NodeState>&)>;
  struct Asked {
    std::uint64_t id = 0;
    std::vector<Done> waiting;  // not empty: the question is under way
    Timer deadline;
  };
  using Clock = std::chrono::steady_clock;
  Asked& asked(Wanted wanted) { return wanted == Wanted::kMetrics ? metrics_ : health_; }
  StatusOr<web::NodeState> WithoutSupervisor(Wanted wanted, const char* why) const;
  static void Answer(Asked& question, const StatusOr<web::NodeState>& state);

  void OnSilence(Wanted wanted);

  net::Loop& loop_;
  Send send_;
  Asked health_, metrics_;
  std::uint64_t last_id_ = 0;
  std::optional<web::NodeState> last_;  // without metrics
  std::optional<web::NodeState> last_metrics_;
  Clock::time_point metrics_time_{};
};

}  // namespace wampgate::worker
