#include "supervisor/session_closing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace wampgate::supervisor {
namespace {

constexpr std::uint32_t kStepsPerSecond = 10;  // for rates that divide well
constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint32_t>::max();

struct Sum {
  std::uint64_t closed = 0, left = 0;
  Status failure;  // of a process that serves; OK if there is none
};

Sum Add(const std::vector<ProcessAnswer>& answers) {
  Sum sum;
  for (const ProcessAnswer& answer : answers) {
    sum.closed += answer.answer.closed().closed();
    sum.left += answer.answer.closed().left();
    const bool is_failure = !answer.status.ok() && answer.status.code() != StatusCode::kUnavailable;
    if (is_failure && sum.failure.ok()) sum.failure = Annotate(answer.status, answer.process);
  }
  return sum;
}

}  // namespace

SessionClosing::SessionClosing(Surroundings surroundings, SessionClosingOrder order, Begun begun)
    : around_(std::move(surroundings)), order_(std::move(order)), begun_(std::move(begun)) {}

internal::Query SessionClosing::Query(std::uint64_t limit) const {
  internal::Query query;
  *query.mutable_close_sessions() = order_.query;
  query.mutable_close_sessions()->set_limit(static_cast<std::uint32_t>(limit));
  return query;
}

void SessionClosing::Start() {
  around_.ask(Query(0), [this](const auto& answers) { OnCounted(answers); });
}

void SessionClosing::OnCounted(const StatusOr<std::vector<ProcessAnswer>>& answers) {
  const Sum sum = answers.ok() ? Add(*answers) : Sum{0, 0, answers.status()};
  if (!sum.failure.ok()) {
    begun_(sum.failure);
    return around_.on_finished();
  }
  progress_.set_filter(order_.query.filter());
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  progress_.mutable_start_time()->set_seconds(std::chrono::duration_cast<std::chrono::seconds>(now).count());
  progress_.set_sessions_total(sum.left);
  progress_.set_sessions_left(sum.left);
  auto name = around_.operations.Begin(progress_, [this] { cancelled_ = true; });
  if (!name.ok()) {
    begun_(name.status());
    return around_.on_finished();
  }
  operation_ = *name;
  google::longrunning::Operation operation;
  operation.set_name(operation_);
  operation.mutable_metadata()->PackFrom(progress_);
  if (order_.validate_only || sum.left == 0) {
    v1::CloseSessionsResult result;
    operation.set_done(true);
    operation.mutable_response()->PackFrom(result);
    begun_(std::move(operation));
    return Succeed();
  }
  begun_(std::move(operation));
  Next();
}

void SessionClosing::Next() {
  if (cancelled_) {
    return Fail(MakeStatus(StatusCode::kCancelled, fmt::format("cancelled after {} of {} sessions", closed_,
                                                               progress_.sessions_total())));
  }
  const std::uint64_t wanted = progress_.sessions_total() - closed_;
  const std::uint64_t step = order_.rate == 0                     ? kNoLimit
                             : order_.rate % kStepsPerSecond == 0 ? order_.rate / kStepsPerSecond
                                                                  : order_.rate;
  around_.ask(Query(std::min(wanted, step)), [this](const auto& answers) { OnClosed(answers); });
}

void SessionClosing::OnClosed(const StatusOr<std::vector<ProcessAnswer>>& answers) {
  const Sum sum = answers.ok() ? Add(*answers) : Sum{0, 0, answers.status()};
  closed_ += sum.closed;
  if (!sum.failure.ok()) return Fail(sum.failure);
  const std::uint64_t total = progress_.sessions_total();
  progress_.set_sessions_left(std::min(sum.left, closed_ >= total ? 0 : total - closed_));
  around_.operations.Progress(operation_, progress_);
  if (progress_.sessions_left() == 0) return Succeed();
  const bool is_even = order_.rate % kStepsPerSecond == 0;
  const std::chrono::milliseconds pause(order_.rate == 0 ? 0 : is_even ? 1000 / kStepsPerSecond : 1000);
  timer_.Start(around_.loop.timers(), pause, [this] { Next(); });
}

void SessionClosing::Succeed() {
  v1::CloseSessionsResult result;
  result.set_sessions_closed(closed_);
  around_.operations.Succeed(operation_, result);
  around_.on_finished();
}

void SessionClosing::Fail(const Status& status) {
  around_.operations.Fail(operation_, status);
  around_.on_finished();
}

}  // namespace wampgate::supervisor
