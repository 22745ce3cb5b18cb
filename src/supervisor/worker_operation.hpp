#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "base/status.hpp"
#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "supervisor/node_state.hpp"

namespace wampgate::supervisor {

/// Something an operator has a worker do. It watches the worker through OnChange until it is done. Loop's
/// thread only; destroyed by DeleteLater after `done`.
class WorkerOperation : public net::Mortal {
 public:
  using Done = std::function<void(const Status&)>;
  WorkerOperation(NodeState& state, std::string worker, Done done)
      : state_(state), worker_(std::move(worker)), done_(std::move(done)) {}

  virtual void Start() = 0;
  /// A process of the node began to serve or ended.
  virtual void OnChange() = 0;
  /// The node stops.
  void Cancel() { Finish(Unavailable("the node is stopping")); }

 protected:
  /// Null if the worker is gone (a process ended while the node stops).
  WorkerUnit* unit();
  void Finish(const Status& status);
  bool finished() const { return done_ == nullptr; }
  void Within(std::chrono::milliseconds deadline, std::string what);

  NodeState& state_;
  std::string worker_;

 private:
  Done done_;
  Timer deadline_;
};

/// How long StartWorker and each step of RestartWorker wait for a process to serve.
inline constexpr std::chrono::seconds kServeDeadline{20};

/// Ends the worker's sessions and processes; its addresses stay bound. Lasts over restarts of the node.
class StopOperation final : public WorkerOperation {
 public:
  static constexpr const char* kState = "stopped";  ///< among the operator states
  using WorkerOperation::WorkerOperation;
  void Start() override;
  void OnChange() override;

 private:
  void StopNow();
};

/// Starts the processes of a stopped worker and waits until all serve.
class StartOperation final : public WorkerOperation {
 public:
  using WorkerOperation::WorkerOperation;
  void Start() override;
  void OnChange() override;
};

/// Replaces the worker's processes one after the other; siblings have the sockets of the one that is away.
class RestartOperation final : public WorkerOperation {
 public:
  using WorkerOperation::WorkerOperation;
  void Start() override;
  void OnChange() override;

 private:
  void Next();
  std::set<std::uint32_t> left_;
  std::uint32_t at_ = 0;
  std::uint64_t generation_ = 0;  // of the process that is to go
};

}  // namespace wampgate::supervisor
