#include "supervisor/removal_drains.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.hpp"
#include "base/unix_time.hpp"
#include "config/resources.hpp"
#include "supervisor/process_table.hpp"

namespace wampgate::supervisor {
namespace {

constexpr std::chrono::milliseconds kAskDeadline{2000};

void Append(const StatusOr<std::vector<ProcessAnswer>>& from, std::vector<ProcessAnswer>& to) {
  if (from.ok()) to.insert(to.end(), from->begin(), from->end());
}

/// Moves the names that are there again; whether there were any.
bool MoveReturned(const config::Resources& there, RemovalDrains::Order& order) {
  const auto returned = std::stable_partition(order.removed.begin(), order.removed.end(),
                                              [&](const auto& name) { return !there.contains(name); });
  if (returned == order.removed.end()) return false;
  std::move(returned, order.removed.end(), std::back_inserter(order.replaced));
  order.removed.erase(returned, order.removed.end());
  return true;
}

}  // namespace

RemovalDrains::~RemovalDrains() = default;

std::string RemovalDrains::Announce(const std::string& subject) {
  v1::DrainProgress first;
  first.set_subject(subject);
  first.set_phase("closing idle sessions");
  // The cancelling needs the name, which is given by Begin.
  auto name = std::make_shared<std::string>();
  const StatusOr<std::string> begun = around_.operations.Begin(first, [this, name] { Cancel(*name); });
  if (begun.ok()) *name = *begun;
  return *name;
}

void RemovalDrains::Begin(const std::string& operation, Order order) {
  const DrainSettings settings = order.settings;
  log::Info("supervisor", "the sessions of what was removed end at a rate",
            {{"subject", order.subject},
             {"operation", operation},
             {"rate", settings.rate},
             {"deadline_ms", settings.deadline.count()}});
  const DrainSchedule schedule = DrainSchedule::Even(std::chrono::system_clock::now(), settings);
  if (!operation.empty()) Keep(operation, order, schedule);
  Run(operation.empty() ? fmt::format("#{}", ++unnamed_) : operation, std::move(order), schedule);
}

void RemovalDrains::Run(const std::string& operation, Order order, DrainSchedule schedule) {
  Drain::Calls calls;
  calls.close = [this, operation](std::uint32_t limit, const AskDone& done) {
    Close(operation, limit, done);
  };
  calls.stop_accepting = [] {};
  calls.on_progress = [this, operation](const v1::DrainProgress& progress) {
    around_.operations.Progress(operation, progress);
  };
  calls.on_done = [this, operation](const Status& status) { OnDone(operation, status); };
  const std::string subject = order.subject;
  Running& running = running_[operation];
  running.order = std::move(order);
  running.drain = std::make_unique<Drain>(around_.loop, subject, std::move(schedule), 0, std::move(calls));
  running.drain->Start();
}

// What departing processes have left is no answer to a question: Departures knows it.
void RemovalDrains::Close(const std::string& operation, std::uint32_t limit, const AskDone& done) {
  const Order order = running_.at(operation).order;
  AskAbout(order.removed, 0, limit, [this, operation, order, limit, done](const Answers& removed) {
    AskAbout(
        order.replaced, order.replaced_at, limit, [this, operation, removed, done](const Answers& replaced) {
          std::vector<ProcessAnswer> all;
          Append(removed, all);
          Append(replaced, all);
          all.emplace_back().answer.mutable_closed()->set_left(around_.departures.LeftOf(operation).sessions);
          done(std::move(all));
        });
  });
}

void RemovalDrains::AskAbout(const std::vector<std::string>& objects, std::int64_t before,
                             std::uint32_t limit, AskDone done) {
  if (objects.empty()) return done(std::vector<ProcessAnswer>());  // none would mean all
  internal::Query query;
  internal::CloseSessions& close = *query.mutable_close_sessions();
  close.mutable_objects()->Assign(objects.begin(), objects.end());
  close.set_began_before_milliseconds(before);
  close.set_limit(limit);
  close.set_reason("shutdown");
  std::vector<Process*> processes;
  for (const auto& [generation, process] : around_.table.all()) {
    if (process->connected() && process->departure() == nullptr) processes.push_back(process);
  }
  around_.queries.Ask(processes, std::move(query), kAskDeadline, std::move(done));
}

void RemovalDrains::OnDone(const std::string& operation, const Status& status) {
  const auto found = running_.find(operation);
  status.ok() ? around_.operations.Succeed(operation, found->second.drain->progress())
              : around_.operations.Fail(operation, status);
  Forget(operation);
}

void RemovalDrains::Cancel(const std::string& operation) {
  const auto found = running_.find(operation);
  if (found == running_.end()) return;
  v1::DrainProgress progress = found->second.drain->progress();
  progress.set_phase("cancelled");
  around_.operations.Progress(operation, progress);
  around_.operations.Fail(operation,
                          MakeStatus(StatusCode::kCancelled,
                                     fmt::format("cancelled: {} sessions stay until they end by themselves",
                                                 progress.sessions_left())));
  around_.departures.KeepSessionsOf(operation);
  Forget(operation);
}

// If the document is not decided after all, nothing is lost: what was removed takes no newer sessions, but
// for those of the moment between the removal's decision and its commit in a process, which then stay.
void RemovalDrains::SpareReturned(const v1::Node& document, const config::Environment& environment) {
  if (running_.empty()) return;
  const config::Resources there = config::CollectResources(document, environment);
  for (auto& [operation, running] : running_) {
    if (MoveReturned(there, running.order)) KeepNames(operation, running.order);
  }
}

void RemovalDrains::Resume(const std::string& other, const v1::Node& document,
                           const config::Environment& environment) {
  const OperatorStates::Removals kept = around_.states.removals();
  const config::Resources there =
      kept.empty() ? config::Resources() : config::CollectResources(document, environment);
  for (const internal::RemovalState& state : kept) {
    const DrainSchedule::Time start{std::chrono::milliseconds(state.start_unix_milliseconds())};
    const DrainSettings settings{.deadline = std::chrono::milliseconds(state.deadline_milliseconds()),
                                 .rate = state.rate()};
    Order order{.subject = state.subject(),
                .removed = {state.removed().begin(), state.removed().end()},
                .replaced = {state.replaced().begin(), state.replaced().end()},
                .replaced_at = state.replaced_at_unix_milliseconds()};
    if (MoveReturned(there, order)) KeepNames(state.operation(), order);
    Resume(state.operation(), std::move(order), DrainSchedule::Even(start, settings));
  }
  std::map<std::string, internal::Departure> named;
  for (const Process* process : around_.departures.All()) {
    const internal::Departure& departure = *process->departure();
    if (!departure.operation().empty() && departure.operation() != other)
      named.emplace(departure.operation(), departure);
  }
  for (const auto& [operation, departure] : named) {
    if (running_.contains(operation) || departure.rate() == 0) continue;
    Resume(operation, {.subject = "processes of a change"}, ScheduleOf(departure));
  }
}

void RemovalDrains::Resume(const std::string& operation, Order order, const DrainSchedule& schedule) {
  v1::DrainProgress first;
  first.set_subject(order.subject);
  first.set_phase("closing idle sessions");
  around_.operations.Resume(operation, first, [this, operation] { Cancel(operation); });
  order.settings = schedule.settings();
  Run(operation, std::move(order), schedule);
}

// Without it all goes well while this supervisor lives.
void RemovalDrains::Keep(const std::string& operation, const Order& order, const DrainSchedule& schedule) {
  internal::RemovalState state;
  state.set_operation(operation);
  state.set_subject(order.subject);
  state.mutable_removed()->Assign(order.removed.begin(), order.removed.end());
  state.mutable_replaced()->Assign(order.replaced.begin(), order.replaced.end());
  state.set_replaced_at_unix_milliseconds(order.replaced_at);
  state.set_start_unix_milliseconds(UnixMilliseconds(schedule.start()));
  state.set_deadline_milliseconds(schedule.settings().deadline.count());
  state.set_rate(schedule.settings().rate);
  Store(std::move(state));
}

void RemovalDrains::KeepNames(const std::string& operation, const Order& order) {
  for (const internal::RemovalState& kept : around_.states.removals()) {
    if (kept.operation() != operation) continue;
    internal::RemovalState state = kept;
    state.mutable_removed()->Assign(order.removed.begin(), order.removed.end());
    state.mutable_replaced()->Assign(order.replaced.begin(), order.replaced.end());
    return Store(std::move(state));
  }
}

void RemovalDrains::Store(internal::RemovalState state) {
  const std::string operation = state.operation();
  if (const Status status = around_.states.SetRemoval(std::move(state)); !status.ok()) {
    log::Warning("supervisor",
                 "how the sessions of what was removed end could not be written down: a supervisor that "
                 "starts before the next change of operator states does not know of it",
                 {{"operation", operation}, {"error", Message(status)}});
  }
}

void RemovalDrains::Forget(const std::string& operation) {
  const auto found = running_.find(operation);
  around_.loop.DeleteLater(std::move(found->second.drain));
  running_.erase(found);
  if (const Status status = around_.states.ClearRemoval(operation); !status.ok()) {
    log::Warning(
        "supervisor",
        "a drain that is over could not be deleted from the operator states: a supervisor that starts before "
        "the next change of them goes on with it, if any sessions are left",
        {{"operation", operation}, {"error", Message(status)}});
  }
}

}  // namespace wampgate::supervisor
