#include "supervisor/worker_operation.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace wampgate::supervisor {

WorkerUnit* WorkerOperation::unit() {
  const auto found = state_.units.find(worker_);
  return found == state_.units.end() ? nullptr : found->second.get();
}

void WorkerOperation::Finish(const Status& status) {
  deadline_.Stop();
  if (const Done done = std::exchange(done_, nullptr)) done(status);
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
  for (const auto& [index, process] : unit()->processes()) left_.insert(index);
  Next();
}

void RestartOperation::Next() {
  if (left_.empty()) return Finish(OkStatus());
  at_ = *left_.begin();
  left_.erase(left_.begin());
  Process& process = *unit()->processes().at(at_);
  generation_ = process.generation();
  Within(
      state_.resolved.shutdown_grace + kServeDeadline,
      fmt::format("process {} of {} does not serve again in time; it is tried on, the others were left alone",
                  at_, worker_));
  unit()->Leave(at_);
  process.ResetRestarts();
  process.Stop(state_.resolved.shutdown_grace, Process::AfterStop::kStartAgain);
}

void RestartOperation::OnChange() {
  if (finished() || unit() == nullptr) return;
  const Process& process = *unit()->processes().at(at_);
  if (process.serving() && process.generation() != generation_) Next();
}

}  // namespace wampgate::supervisor
