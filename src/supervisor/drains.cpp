#include "supervisor/drains.hpp"

#include <fmt/format.h>

#include <random>
#include <utility>

#include "base/log.hpp"
#include "base/unix_time.hpp"
#include "config/object_name.hpp"

namespace wampgate::supervisor {
namespace {

using std::chrono::milliseconds;

double Random() {
  static std::mt19937 engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

DrainSettings SettingsOf(const internal::DrainState& state) {
  return {.lame_duck = milliseconds(state.lame_duck_milliseconds()),
          .deadline = milliseconds(state.deadline_milliseconds()),
          .rate = state.rate(),
          .jitter_percent = state.jitter_percent()};
}

internal::OperatorState StateOf(const DrainSchedule& schedule, const std::string& operation) {
  internal::OperatorState state;
  state.set_state(Drains::kState);
  internal::DrainState& drain = *state.mutable_drain();
  drain.set_operation(operation);
  drain.set_start_unix_milliseconds(UnixMilliseconds(schedule.start()));
  drain.set_lame_duck_milliseconds(schedule.settings().lame_duck.count());
  drain.set_deadline_milliseconds(schedule.settings().deadline.count());
  drain.set_rate(schedule.settings().rate);
  drain.set_jitter_percent(schedule.settings().jitter_percent);
  return state;
}

internal::Query Accepting(const std::string& transport, bool accepting) {
  internal::Query query;
  query.mutable_set_accepting()->set_transport(transport);
  query.mutable_set_accepting()->set_accepting(accepting);
  return query;
}

bool IsBackend(const std::string& subject) {
  return config::IsOfKind(subject, {config::ObjectName::Kind::kBackend});
}

/// Of all backends about which operators have said something.
internal::Query BackendStates(const OperatorStates& states) {
  internal::Query query;
  auto& told = *query.mutable_set_backend_states()->mutable_states();
  for (const auto& [subject, word] : states.all()) {
    if (!IsBackend(subject)) continue;
    told[subject] = word == Drains::kState ? v1::BackendProcess::DRAINING : v1::BackendProcess::MAINTENANCE;
  }
  return query;
}

bool IsNode(const std::string& subject) {
  return subject == OperatorStates::kNode;
}

bool IsTransport(const std::string& subject) {
  return config::IsOfKind(subject, {config::ObjectName::Kind::kTransport});
}

}  // namespace

Drains::Drains(Surroundings around) : around_(std::move(around)) {}

Drains::~Drains() = default;

StatusOr<std::string> Drains::Begin(const std::string& subject, const DrainSettings& settings) {
  if (const internal::OperatorState* const state = around_.states.Find(subject);
      state != nullptr && running_.contains(subject)) {
    if (running_.at(subject).drain->schedule().settings() == settings) return state->drain().operation();
    return FailedPrecondition(
        fmt::format("{} drains already, with other settings: cancel {} first, or wait for it", subject,
                    state->drain().operation()));
  }
  const DrainSchedule schedule(std::chrono::system_clock::now(), settings, Random);
  v1::DrainProgress first;
  first.set_subject(subject);
  first.set_phase("lame duck");
  // The cancelling needs the name, which is given by Begin.
  auto name = std::make_shared<std::string>();
  WAMPGATE_ASSIGN_OR_RETURN(
      *name, around_.operations.Begin(first, [this, subject, name] { OnCancel(subject, *name); }));
  if (const Status status = around_.states.Set(subject, StateOf(schedule, *name)); !status.ok()) {
    around_.operations.Fail(*name, status);
    return status;
  }
  log::Warning("supervisor", "draining begins",
               {{"subject", subject},
                {"operation", *name},
                {"rate", schedule.settings().rate},
                {"lame_duck_ms", settings.lame_duck.count()},
                {"deadline_ms", settings.deadline.count()}});
  if (IsBackend(subject)) TellAll();
  Run(subject, *name, schedule, 0);
  return *name;
}

void Drains::Run(const std::string& subject, const std::string& operation, DrainSchedule schedule,
                 std::uint64_t total) {
  Drain::Calls calls;
  calls.close = [this, subject](std::uint32_t limit, AskDone done) {
    internal::Query query;
    internal::CloseSessions& close = *query.mutable_close_sessions();
    if (!IsNode(subject)) close.add_objects(subject);
    close.set_limit(limit);
    close.set_reason("shutdown");
    around_.ask(subject, std::move(query), std::move(done));
  };
  calls.stop_accepting = [this] {
    TellAll();
    around_.on_change();
  };
  calls.on_progress = [this, subject, operation](const v1::DrainProgress& progress) {
    OnProgress(subject, operation, progress);
  };
  calls.on_done = [this, subject, operation](const Status& status) { OnDone(subject, operation, status); };
  const auto lame_duck = IsBackend(subject) ? Drain::LameDuck::kUntilEmpty : Drain::LameDuck::kInFull;
  auto drain =
      std::make_unique<Drain>(around_.loop, subject, std::move(schedule), total, std::move(calls), lame_duck);
  Drain& begun = *drain;
  running_[subject] = {operation, std::move(drain)};
  begun.Start();
  around_.on_change();
}

void Drains::OnProgress(const std::string& subject, const std::string& operation,
                        const v1::DrainProgress& progress) {
  around_.operations.Progress(operation, progress);
  const internal::OperatorState* const state = around_.states.Find(subject);
  if (state == nullptr || state->drain().sessions_total() != 0 || progress.phase() == "lame duck") return;
  internal::OperatorState next = *state;
  next.mutable_drain()->set_sessions_total(progress.sessions_total());
  static_cast<void>(around_.states.Set(subject, std::move(next)));  // only for the eye
}

void Drains::OnDone(const std::string& subject, const std::string& operation, const Status& status) {
  around_.loop.DeleteLater(std::move(running_.at(subject).drain));
  running_.erase(subject);
  internal::OperatorState drained;
  drained.set_state(kState);
  static_cast<void>(around_.states.Set(subject, std::move(drained)));  // else it is drained again
  if (status.ok()) {
    around_.operations.Succeed(operation, *around_.result(subject));
    log::Warning("supervisor", "drained; nothing is accepted until an operator undrains it",
                 {{"subject", subject}});
  } else {
    around_.operations.Fail(operation, status);
    log::Warning("supervisor", "draining did not end well",
                 {{"subject", subject}, {"error", Message(status)}});
  }
  around_.on_change();
}

void Drains::OnCancel(const std::string& subject, const std::string& operation) {
  if (const Status status = End(subject); !status.ok()) around_.operations.Fail(operation, status);
}

Status Drains::End(const std::string& subject) {
  const internal::OperatorState* const state = around_.states.Find(subject);
  if (state == nullptr || state->state() != kState) return OkStatus();
  const std::string operation = state->drain().operation();
  WAMPGATE_RETURN_IF_ERROR(around_.states.Clear(subject));
  if (const auto running = running_.find(subject); running != running_.end()) {
    v1::DrainProgress progress = running->second.drain->progress();
    progress.set_phase("cancelled");
    around_.operations.Progress(operation, progress);
    around_.loop.DeleteLater(std::move(running->second.drain));
    running_.erase(running);
  }
  around_.operations.Fail(operation,
                          MakeStatus(StatusCode::kCancelled, fmt::format("{} accepts again", subject)));
  log::Warning("supervisor", "draining has ended; accepting again", {{"subject", subject}});
  TellAll();
  around_.on_change();
  return OkStatus();
}

void Drains::ResumeAll() {
  for (const auto& [subject, word] : around_.states.all()) {
    if (word != kState || running_.contains(subject)) continue;
    const internal::DrainState drain = around_.states.Find(subject)->drain();
    log::Warning("supervisor", "draining goes on from before the restart; undraining it ends that",
                 {{"subject", subject}, {"operation", drain.operation()}});
    if (drain.operation().empty()) continue;  // drained long ago
    const std::string& name = drain.operation();
    v1::DrainProgress first;
    first.set_subject(subject);
    around_.operations.Resume(name, first, [this, drained = subject, name] { OnCancel(drained, name); });
    const DrainSchedule::Time start{milliseconds(drain.start_unix_milliseconds())};
    Run(subject, name, DrainSchedule(start, SettingsOf(drain), Random), drain.sessions_total());
  }
}

void Drains::ForgetGone() {
  for (auto drain = running_.begin(); drain != running_.end();) {
    if (Draining(drain->first)) {
      ++drain;
      continue;
    }
    around_.operations.Fail(drain->second.operation,
                            Aborted(fmt::format("{} is no longer configured", drain->first)));
    around_.loop.DeleteLater(std::move(drain->second.drain));
    drain = running_.erase(drain);
  }
}

bool Drains::AcceptingStopped(const std::string& subject) const {
  const internal::OperatorState* const state = around_.states.Find(subject);
  if (state == nullptr || state->state() != kState) return false;
  const auto running = running_.find(subject);
  if (running != running_.end()) return running->second.drain->closing();
  if (state->drain().operation().empty()) return true;
  // Not resumed yet.
  const DrainSchedule::Time start{milliseconds(state->drain().start_unix_milliseconds())};
  return DrainSchedule(start, SettingsOf(state->drain()), Random).PhaseAt(std::chrono::system_clock::now()) !=
         DrainSchedule::Phase::kLameDuck;
}

std::vector<internal::Query> Drains::Orders() const {
  std::vector<internal::Query> orders{Accepting("", !AcceptingStopped(OperatorStates::kNode))};
  for (const auto& [subject, word] : around_.states.all()) {
    if (IsTransport(subject) && AcceptingStopped(subject)) orders.push_back(Accepting(subject, false));
  }
  orders.push_back(BackendStates(around_.states));
  return orders;
}

void Drains::TellAll() {
  for (const internal::Query& order : Orders()) around_.tell(order);
}

}  // namespace wampgate::supervisor
