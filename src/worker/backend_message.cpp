#include "worker/backend_message.hpp"

#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>

#include "worker/bounded_text.hpp"

namespace wampgate::worker {
namespace {

using google::protobuf::util::TimeUtil;
using proxy::Backend;
using proxy::ProbeReport;
using Group = proxy::BackendGroup;

constexpr std::size_t kMostText = 1024;

google::protobuf::Timestamp TimestampOf(Backend::SystemTime time) {
  return TimeUtil::MicrosecondsToTimestamp(
      std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count());
}

v1::BackendProcess::State StateOf(proxy::Duty duty) {
  switch (duty) {
    case proxy::Duty::kDraining:
      return v1::BackendProcess::DRAINING;
    case proxy::Duty::kMaintenance:
      return v1::BackendProcess::MAINTENANCE;
    case proxy::Duty::kActive:
      break;
  }
  return v1::BackendProcess::ACTIVE;
}

v1::BackendProcess::Health HealthOf(Backend::Condition condition) {
  switch (condition) {
    case Backend::Condition::kUp:
      return v1::BackendProcess::UP;
    case Backend::Condition::kDown:
      return v1::BackendProcess::DOWN;
    case Backend::Condition::kUnknown:
      break;
  }
  return v1::BackendProcess::UNKNOWN;
}

v1::BackendProbe::Outcome OutcomeOf(ProbeReport::Outcome outcome) {
  switch (outcome) {
    case ProbeReport::Outcome::kJoined:
      return v1::BackendProbe::JOINED;
    case ProbeReport::Outcome::kChallenged:
      return v1::BackendProbe::CHALLENGED;
    case ProbeReport::Outcome::kRefused:
      return v1::BackendProbe::REFUSED;
    case ProbeReport::Outcome::kUnreachable:
      return v1::BackendProbe::UNREACHABLE;
    case ProbeReport::Outcome::kBroken:
      return v1::BackendProbe::BROKEN;
    case ProbeReport::Outcome::kTimedOut:
      break;
  }
  return v1::BackendProbe::TIMED_OUT;
}

const char* NameOf(ProbeReport::Stage stage) {
  switch (stage) {
    case ProbeReport::Stage::kConnect:
      return "connect";
    case ProbeReport::Stage::kHello:
      return "hello";
    case ProbeReport::Stage::kGoodbye:
      return "goodbye";
    case ProbeReport::Stage::kDone:
      break;
  }
  return "done";
}

std::string ReasonOf(Group::Standing standing, const Backend& backend, bool some_are_ready) {
  switch (standing) {
    case Group::Standing::kReady:
      return backend.condition() == Backend::Condition::kDown ? "down, but it is time to try it again" : "";
    case Group::Standing::kBackup:
      return some_are_ready ? "a backup: used only while no other target is usable" : "";
    case Group::Standing::kDown:
    case Group::Standing::kDownBackup:
      return fmt::format("down: {}; tried when nothing else is left", backend.last_error());
    case Group::Standing::kDraining:
      return "an operator drains it";
    case Group::Standing::kMaintenance:
      return "an operator has it in maintenance";
    case Group::Standing::kNoWeight:
      return "its weight is 0";
  }
  return "";
}

}  // namespace

void FillBackend(const Backend& from, v1::BackendProcess& backend) {
  backend.set_name(from.options().name);
  backend.set_address(from.address());
  backend.set_state(StateOf(from.duty()));
  backend.set_health(HealthOf(from.condition()));
  if (from.condition() != Backend::Condition::kUnknown)
    *backend.mutable_since() = TimestampOf(from.condition_since());
  backend.set_last_error(BoundedText(from.last_error(), kMostText));
  if (!from.last_error().empty()) *backend.mutable_last_error_time() = TimestampOf(from.last_error_time());
  const Backend::Counters& counters = from.counters();
  backend.set_sessions(counters.open);
  backend.set_joins(counters.joins);
  backend.set_failures(counters.failures);
  backend.set_refusals(counters.refusals);
  v1::Histogram& latency = *backend.mutable_join_latency();
  const LatencyHistogram& from_latency = counters.join_latency;
  latency.mutable_bounds()->Assign(LatencyHistogram::kBounds.begin(), LatencyHistogram::kBounds.end());
  latency.mutable_counts()->Assign(from_latency.counts().begin(), from_latency.counts().end());
  latency.set_sum(from_latency.sum_microseconds());
}

void FillProbe(const ProbeReport& from, v1::BackendProbe& probe) {
  probe.set_outcome(OutcomeOf(from.outcome));
  probe.set_stage(NameOf(from.stage));
  probe.set_reason(BoundedText(from.reason, kMostText));
  probe.set_message(BoundedText(from.message, kMostText));
  *probe.mutable_connect_time() = TimeUtil::MicrosecondsToDuration(from.connect_time.count());
  *probe.mutable_join_time() = TimeUtil::MicrosecondsToDuration(from.join_time.count());
  *probe.mutable_leave_time() = TimeUtil::MicrosecondsToDuration(from.leave_time.count());
  probe.set_session(from.session);
  probe.set_serializer(from.serializer);
}

void FillTargets(const Group& group, Group::Time now, v1::RouteDecision& decision) {
  using Standing = Group::Standing;
  const auto places = group.Preview(now);
  const bool some_are_ready = std::any_of(
      places.begin(), places.end(), [](const auto& place) { return place.standing == Standing::kReady; });
  for (const Group::Place& place : places) {
    const Group::Target& from = group.targets()[place.target];
    v1::RouteDecision::Target& target = *decision.add_targets();
    target.set_backend(from.backend->options().name);
    target.set_address(from.backend->address());
    target.set_weight(from.weight);
    target.set_backup(from.is_backup);
    target.set_state(StateOf(from.backend->duty()));
    target.set_health(HealthOf(from.backend->condition()));
    target.set_sessions(from.backend->counters().open);
    target.set_usable(place.standing == Standing::kReady || place.standing == Standing::kBackup);
    target.set_reason(BoundedText(ReasonOf(place.standing, *from.backend, some_are_ready), kMostText));
    target.set_next(decision.targets_size() == 1 && place.standing <= Standing::kDownBackup);
  }
}

}  // namespace wampgate::worker
