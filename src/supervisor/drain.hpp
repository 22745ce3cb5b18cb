#pragma once

#include <wampgate/v1/node_service.pb.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "base/status.hpp"
#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "supervisor/drain_schedule.hpp"
#include "supervisor/process_queries.hpp"

namespace wampgate::supervisor {

/// One drain that is under way: lets the lame-duck time pass, has accepting stopped, and asks the processes
/// to end sessions, idle ones first, at the pace of the schedule, until none is left. Loop's thread only;
/// destroyed by DeleteLater, at any time.
class Drain final : public net::Mortal {
 public:
  struct Calls {
    /// Has the processes concerned end so many sessions each, at most, and say how many are left.
    std::function<void(std::uint32_t limit, AskDone done)> close;
    /// From now on nothing is accepted; called once.
    std::function<void()> stop_accepting;
    /// After each step.
    std::function<void(const v1::DrainProgress& progress)> on_progress;
    /// Once, last: OK, or DEADLINE_EXCEEDED if sessions are left long after the deadline.
    std::function<void(const Status& status)> on_done;
  };
  enum class LameDuck : std::uint8_t {
    kInFull,     ///< what comes in it is served
    kUntilEmpty  ///< nothing comes in it: over when no session is left
  };
  /// What is left so long after the deadline does not end: its process does not answer.
  static constexpr std::chrono::minutes kGiveUp{1};

  /// `total`: sessions when closing began, of a drain that goes on after a restart; else 0.
  Drain(net::Loop& loop, std::string subject, DrainSchedule schedule, std::uint64_t total, Calls calls,
        LameDuck lame_duck = LameDuck::kInFull);

  void Start() { Step(); }
  const DrainSchedule& schedule() const { return schedule_; }
  const v1::DrainProgress& progress() const { return progress_; }
  /// Whether the lame-duck time is over.
  bool closing() const { return closing_; }

 private:
  void Step();
  void OnClosed(const StatusOr<std::vector<ProcessAnswer>>& answers);
  void WaitForNext();
  void Finish(const Status& status);

  net::Loop& loop_;
  DrainSchedule schedule_;
  Calls calls_;
  LameDuck lame_duck_;
  v1::DrainProgress progress_;
  bool closing_ = false;
  Timer timer_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace wampgate::supervisor
