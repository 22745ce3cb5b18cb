#include "supervisor/departures.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/unix_time.hpp"

namespace wampgate::supervisor {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr milliseconds kAskDeadline{2000};
constexpr milliseconds kLook{1000};
constexpr milliseconds kAtOnce{2000};
constexpr std::uint32_t kAllAtOnce = 1'000'000;

internal::Departure From(const std::string& operation) {
  internal::Departure departure;
  departure.set_operation(operation);
  departure.set_start_unix_milliseconds(UnixMilliseconds());
  return departure;
}

}  // namespace

DrainSchedule ScheduleOf(const internal::Departure& departure) {
  const DrainSchedule::Time start{milliseconds(departure.start_unix_milliseconds())};
  DrainSettings settings;
  settings.rate = departure.rate();
  settings.deadline =
      milliseconds(departure.deadline_unix_milliseconds() - departure.start_unix_milliseconds());
  return DrainSchedule::Even(start, settings);
}

internal::Departure DepartAtOnce() {
  internal::Departure departure = From("");
  departure.set_deadline_unix_milliseconds(departure.start_unix_milliseconds() + kAtOnce.count());
  departure.set_rate(kAllAtOnce);
  return departure;
}

internal::Departure DepartInTime(const std::string& operation) {
  return From(operation);
}

internal::Departure DepartAtRate(const std::string& operation, const DrainSettings& settings) {
  internal::Departure departure = From(operation);
  departure.set_deadline_unix_milliseconds(departure.start_unix_milliseconds() + settings.deadline.count());
  departure.set_rate(std::max(1u, settings.rate));
  return departure;
}

void Departures::Begin(std::unique_ptr<Process> process, internal::Departure departure, milliseconds grace) {
  process->SetObserver(*this);
  process->ForgetExchange();
  const DrainSchedule schedule = ScheduleOf(departure);
  process->Depart(std::move(departure));
  if (process->state() == ProcessState::kStopped) return loop_.DeleteLater(std::move(process));
  const std::uint64_t generation = process->generation();
  auto leaving = std::make_unique<Leaving>(std::move(process), schedule, grace);
  leaving->sessions = leaving->process->last_status().sessions();
  log::Info("supervisor", "a worker process accepts nothing more and drains",
            {{"worker", leaving->process->worker()},
             {"process", leaving->process->index()},
             {"pid", leaving->process->pid()},
             {"sessions", leaving->sessions}});
  leaving->process->ReleaseHeld();
  leaving->process->AskForStatus();
  Leaving& begun = *leaving;
  leaving_[generation] = std::move(leaving);
  begun.timer.Start(loop_.timers(), kSettle, [this, generation] { Step(generation); });
  if (on_change_) on_change_();
}

void Departures::KeepSessionsOf(const std::string& operation) {
  for (const auto& [generation, leaving] : leaving_) {
    if (leaving->process->departure()->operation() == operation)
      leaving->process->Depart(DepartInTime(operation));
  }
}

void Departures::StopNow(const std::string& worker, milliseconds grace) {
  std::vector<std::uint64_t> meant;
  for (const auto& [generation, leaving] : leaving_) {
    if (worker.empty() || leaving->process->worker() == worker) meant.push_back(generation);
  }
  for (const std::uint64_t generation : meant) {
    const auto found = leaving_.find(generation);
    if (found == leaving_.end()) continue;
    found->second->grace = grace;
    Stop(generation);
  }
}

void Departures::Step(std::uint64_t generation) {
  const auto found = leaving_.find(generation);
  if (found == leaving_.end()) return;
  Leaving& leaving = *found->second;
  const internal::Departure& departure = *leaving.process->departure();
  const auto now = system_clock::now();
  const std::int64_t deadline = departure.deadline_unix_milliseconds();
  if (deadline != 0 && UnixMilliseconds(now) >= deadline) return Stop(generation);
  internal::Query query;
  internal::CloseSessions& close = *query.mutable_close_sessions();
  close.set_limit(departure.rate() == 0 ? 0 : leaving.schedule.Take(now));
  close.set_reason("shutdown");
  leaving.process->AskForStatus();  // comes before the answer
  queries_.Ask({leaving.process.get()}, std::move(query), kAskDeadline,
               [this, generation](const auto& answers) { OnAnswer(generation, answers); });
}

void Departures::OnAnswer(std::uint64_t generation, const StatusOr<std::vector<ProcessAnswer>>& answers) {
  const auto found = leaving_.find(generation);
  if (found == leaving_.end()) return;
  Leaving& leaving = *found->second;
  if (!answers.ok() || !answers->front().status.ok()) return WaitForNext(leaving);  // asked again
  const std::uint64_t left = answers->front().answer.closed().left();
  const bool changed = std::exchange(leaving.sessions, left) != left;
  // One that was on its way may have come first; the second is about the time without sockets.
  const bool told = leaving.process->statuses() >= leaving.statuses + 2;
  const bool quiet = (told && leaving.process->last_status().connections() == 0) ||
                     std::chrono::steady_clock::now() - leaving.since >= kRequests;
  if (left == 0 && quiet) return Stop(generation);
  WaitForNext(leaving);
  if (changed && on_change_) on_change_();
}

void Departures::WaitForNext(Leaving& leaving) {
  const internal::Departure& departure = *leaving.process->departure();
  const auto now = system_clock::now();
  milliseconds wait = departure.rate() == 0 ? kLook : std::min(kLook, leaving.schedule.Wait(now));
  if (const std::int64_t deadline = departure.deadline_unix_milliseconds(); deadline != 0) {
    const milliseconds left(std::max<std::int64_t>(1, deadline - UnixMilliseconds(now)));
    wait = std::min(wait, left);
  }
  if (leaving.sessions == 0) wait = std::min(wait, kSettle);
  const std::uint64_t generation = leaving.process->generation();
  leaving.timer.Start(loop_.timers(), wait, [this, generation] { Step(generation); });
}

// Whatever sessions are left end within the grace period.
void Departures::Stop(std::uint64_t generation) {
  const auto found = leaving_.find(generation);
  if (found == leaving_.end()) return;
  std::unique_ptr<Leaving> leaving = std::move(found->second);
  leaving_.erase(found);
  leaving->timer.Stop();  // it may be due in this very turn
  graveyard_.Bury(std::move(leaving->process), leaving->grace);
  loop_.DeleteLater(std::move(leaving));
  if (on_change_) on_change_();
}

// It may have missed that it is to release them.
void Departures::OnConnected(Process& process) {
  process.ReleaseHeld();
}

void Departures::OnEnded(Process& process) {
  const auto found = leaving_.find(process.generation());
  if (found == leaving_.end()) return;
  found->second->timer.Stop();
  loop_.DeleteLater(std::move(found->second->process));
  loop_.DeleteLater(std::move(found->second));
  leaving_.erase(found);
  if (on_change_) on_change_();
}

std::vector<const Process*> Departures::Of(const std::string& worker) const {
  std::vector<const Process*> processes;
  for (const auto& [generation, leaving] : leaving_) {
    if (leaving->process->worker() == worker) processes.push_back(leaving->process.get());
  }
  return processes;
}

std::vector<const Process*> Departures::All() const {
  std::vector<const Process*> processes;
  for (const auto& [generation, leaving] : leaving_) processes.push_back(leaving->process.get());
  return processes;
}

Departures::Left Departures::LeftOf(const std::string& operation) const {
  Left left;
  for (const auto& [generation, leaving] : leaving_) {
    if (leaving->process->departure()->operation() != operation) continue;
    ++left.processes;
    left.sessions += leaving->sessions;
  }
  return left;
}

}  // namespace wampgate::supervisor
