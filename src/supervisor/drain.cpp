#include "supervisor/drain.hpp"

#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <utility>

#include "base/unix_time.hpp"

namespace wampgate::supervisor {
namespace {

using google::protobuf::util::TimeUtil;

}  // namespace

Drain::Drain(net::Loop& loop, std::string subject, DrainSchedule schedule, std::uint64_t total, Calls calls,
             LameDuck lame_duck)
    : loop_(loop), schedule_(std::move(schedule)), calls_(std::move(calls)), lame_duck_(lame_duck) {
  progress_.set_subject(std::move(subject));
  *progress_.mutable_start_time() = TimeUtil::MillisecondsToTimestamp(UnixMilliseconds(schedule_.start()));
  *progress_.mutable_deadline() = TimeUtil::MillisecondsToTimestamp(UnixMilliseconds(schedule_.deadline()));
  progress_.set_phase("lame duck");
  progress_.set_sessions_total(total);
}

void Drain::Step() {
  const auto now = std::chrono::system_clock::now();
  const DrainSchedule::Phase phase = schedule_.PhaseAt(now);
  const bool lame_duck = phase == DrainSchedule::Phase::kLameDuck;
  if (!lame_duck && !std::exchange(closing_, true)) calls_.stop_accepting();
  progress_.set_phase(lame_duck                                 ? "lame duck"
                      : phase == DrainSchedule::Phase::kClosing ? "closing idle sessions"
                                                                : "closing sessions");
  calls_.close(schedule_.Take(now), [this, watched = std::weak_ptr<const bool>(alive_)](
                                        const StatusOr<std::vector<ProcessAnswer>>& answers) {
    if (!watched.expired()) OnClosed(answers);
  });
}

// A process that has none is as good as one without sessions; one that does not answer is not.
void Drain::OnClosed(const StatusOr<std::vector<ProcessAnswer>>& answers) {
  if (!answers.ok()) return WaitForNext();  // too many questions at once
  std::uint64_t closed = 0;
  std::uint64_t left = 0;
  std::string silent;
  for (const ProcessAnswer& answer : *answers) {
    closed += answer.answer.closed().closed();
    left += answer.answer.closed().left();
    if (answer.status.code() == StatusCode::kDeadlineExceeded) silent = answer.process;
  }
  progress_.set_sessions_left(left);
  progress_.set_sessions_total(std::max(progress_.sessions_total(), left + closed));
  const bool may_end = closing_ || lame_duck_ == LameDuck::kUntilEmpty;
  if (may_end && left == 0 && silent.empty()) {
    progress_.set_phase("done");
    calls_.on_progress(progress_);
    return Finish(OkStatus());
  }
  calls_.on_progress(progress_);
  if (std::chrono::system_clock::now() > schedule_.deadline() + kGiveUp) {
    return Finish(DeadlineExceeded(
        silent.empty() ? fmt::format("{} sessions did not end within a minute after the deadline", left)
                       : fmt::format("{} does not answer; it still drains. See worker restart", silent)));
  }
  WaitForNext();
}

void Drain::WaitForNext() {
  const std::chrono::milliseconds wait = schedule_.Wait(std::chrono::system_clock::now());
  // Sessions come and go in the lame-duck time, too.
  timer_.Start(loop_.timers(), std::min(wait, std::chrono::milliseconds(1000)), [this] { Step(); });
}

void Drain::Finish(const Status& status) {
  timer_.Stop();
  calls_.on_done(status);
}

}  // namespace wampgate::supervisor
