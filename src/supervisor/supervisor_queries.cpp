// The half of Supervisor that asks the worker processes what only they know.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "supervisor/supervisor.hpp"

namespace wampgate::supervisor {
namespace {

constexpr std::chrono::seconds kCloseDeadline{10};

}  // namespace

// Those of the units first, by worker and index; then those on their way out that still have sessions.
StatusOr<std::vector<Process*>> Supervisor::Select(const ProcessSelector& selector) const {
  const auto is_meant = [&](const Process& process) {
    return (selector.worker.empty() || process.worker() == selector.worker) &&
           (!selector.process || process.index() == *selector.process);
  };
  std::vector<Process*> selected;
  for (const auto& [id, unit] : state_.units) {
    for (const auto& [index, process] : unit->processes()) {
      if (is_meant(*process)) selected.push_back(process.get());
    }
  }
  for (const auto& [generation, process] : table_.all()) {
    const bool listed = std::find(selected.begin(), selected.end(), process) != selected.end();
    if (!listed && process->connected() && is_meant(*process)) selected.push_back(process);
  }
  if (!selected.empty() || selector.worker.empty()) return selected;
  if (!state_.units.contains(selector.worker)) {
    return NotFound(fmt::format("there is no worker {}", selector.worker));
  }
  if (!selector.process) return selected;
  return NotFound(fmt::format("worker {} has no process {}", selector.worker, *selector.process));
}

void Supervisor::Ask(ProcessSelector selector, internal::Query query, std::chrono::milliseconds deadline,
                     AskDone done) {
  loop_.Post([this, selector = std::move(selector), query = std::move(query), deadline,
              done = std::move(done)]() mutable {
    auto selected = Select(selector);
    if (!selected.ok()) return done(selected.status());
    queries_.Ask(*selected, std::move(query), deadline, std::move(done));
  });
}

std::uint64_t Supervisor::Subscribe(ProcessSelector selector, internal::Subscribe subscribe,
                                    SubscriptionCalls calls) {
  const std::uint64_t id = last_subscription_.fetch_add(1) + 1;
  loop_.Post([this, id, selector = std::move(selector), subscribe = std::move(subscribe),
              calls = std::move(calls)]() mutable {
    if (const auto selected = Select(selector); !selected.ok()) return calls.on_refused(selected.status());
    auto wanted = [selector](const Process& process) {
      return (selector.worker.empty() || process.worker() == selector.worker) &&
             (!selector.process || process.index() == *selector.process);
    };
    queries_.Subscribe(id, std::move(wanted), std::move(subscribe), table_.all(), std::move(calls));
  });
  return id;
}

void Supervisor::Unsubscribe(std::uint64_t id) {
  loop_.Post([this, id] { queries_.Unsubscribe(id, table_.all()); });
}

void Supervisor::CloseSessions(SessionClosingOrder order, SessionClosing::Begun begun) {
  loop_.Post([this, order = std::move(order), begun = std::move(begun)]() mutable {
    const std::uint64_t id = ++last_closing_;
    SessionClosing::Surroundings around{
        .loop = loop_,
        .operations = operations_,
        .ask = [this, selector = order.selector](
                   internal::Query query,
                   AskDone done) { Ask(selector, std::move(query), kCloseDeadline, std::move(done)); },
        .on_finished =
            [this, id] {
              const auto finished = closings_.find(id);
              loop_.DeleteLater(std::move(finished->second));
              closings_.erase(finished);
            }};
    auto closing = std::make_unique<SessionClosing>(std::move(around), std::move(order), std::move(begun));
    SessionClosing& started = *closing;
    closings_[id] = std::move(closing);
    started.Start();
  });
}

}  // namespace wampgate::supervisor
