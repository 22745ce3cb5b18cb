#include "supervisor/worker_operation.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "supervisor/departures.hpp"
#include "supervisor/process_table.hpp"

namespace wampgate::supervisor {

WorkerUnit* WorkerOperation::unit() {
  const auto found = state_.units.find(worker_);
  return found == state_.units.end() ? nullptr : found->second.get();
}

void WorkerOperation::Finish(const Status& status) {
  deadline_.Stop();
  const Done done = std::exchange(done_, nullptr);
  if (!done) return;
  if (!status.ok()) OnFailed();
  done(status);
}

void WorkerOperation::Within(std::chrono::milliseconds deadline, std::string what) {
  deadline_.Start(state_.loop.timers(), deadline,
                  [this, what = std::move(what)] { Finish(DeadlineExceeded(what)); });
}

void StopOperation::Start() {
  internal::OperatorState stopped;
  stopped.set_state(kState);
  const Status kept = state_.operator_states.Set(unit()->settings().name, std::move(stopped));
  if (!kept.ok()) return Finish(kept);
  unit()->SetWanted(WorkerUnit::Wanted::kStopped);
  std::vector<ListenSockets::Leaving> leaving;
  for (const std::string& transport : unit()->settings().transports) {
    if (auto endpoint = state_.context.sockets.Find(transport)) leaving.push_back({std::move(endpoint), 0});
  }
  state_.context.sockets.Drain(leaving, [this] { StopNow(); });
}

void StopOperation::StopNow() {
  if (finished()) return;
  unit()->StopProcesses(state_.resolved.shutdown_grace);
  state_.departures.StopNow(worker_, state_.resolved.shutdown_grace);
  state_.context.sockets.StopListening(worker_);
  OnChange();
}

void StopOperation::OnChange() {
  if (finished() || (unit() != nullptr && !unit()->AllStopped())) return;
  Finish(OkStatus());
}

void StartOperation::Start() {
  if (const Status status = state_.context.sockets.ListenAgain(worker_); !status.ok()) return Finish(status);
  if (state_.operator_states.Is(unit()->settings().name, StopOperation::kState)) {
    const Status cleared = state_.operator_states.Clear(unit()->settings().name);
    if (!cleared.ok()) return Finish(cleared);
  }
  unit()->SetWanted(WorkerUnit::Wanted::kRunning);
  Within(kServeDeadline, fmt::format("not every process of {} serves yet; they are tried on", worker_));
  unit()->StartProcesses();
  OnChange();
}

void StartOperation::OnChange() {
  if (!finished() && unit() != nullptr && unit()->AllServe()) Finish(OkStatus());
}

void RestartOperation::Start() {
  if (unit()->wanted() == WorkerUnit::Wanted::kStopped) {
    return Finish(FailedPrecondition(fmt::format("worker {} is stopped; start it", worker_)));
  }
  for (const auto& [index, process] : unit()->processes()) {
    const bool is_meant = process->generation() <= how_.last_generation;
    if (is_meant) left_.insert(index);
  }
  Next();
}

void RestartOperation::Next() {
  if (!left_.empty()) {
    at_ = *left_.begin();
    left_.erase(left_.begin());
    Within(kServeDeadline, fmt::format("the new process {} of {} does not serve in time; the one that was to "
                                       "go stays, and the others were left alone",
                                       *at_, worker_));
    unit()->processes().at(*at_)->ResetRestarts();
    return unit()->BeginSuccession(*at_);
  }
  at_.reset();
  if (going_.empty()) return Finish(OkStatus());
  Within(state_.resolved.shutdown_grace + kServeDeadline,
         fmt::format("a process of {} that was replaced does not end", worker_));
}

void RestartOperation::OnChange() {
  if (finished() || unit() == nullptr) return;
  std::erase_if(going_, [this](std::uint64_t generation) {
    return state_.context.processes.table.Find(generation) == nullptr;
  });
  if (!at_) {
    if (going_.empty()) Finish(OkStatus());
    return;
  }
  std::unique_ptr<Process> before = unit()->TakePredecessor(*at_);
  if (before == nullptr) return;
  if (!how_.departure && before->pid() != 0) going_.insert(before->generation());
  state_.departures.Begin(std::move(before), how_.departure ? how_.departure() : DepartAtOnce(),
                          state_.resolved.shutdown_grace);
  Next();
}

void RestartOperation::OnFailed() {
  if (!at_ || unit() == nullptr) return;
  if (std::unique_ptr<Process> successor = unit()->AbandonSuccession(*at_)) {
    state_.graveyard.Bury(std::move(successor), std::chrono::milliseconds(0));
  }
}

}  // namespace wampgate::supervisor
