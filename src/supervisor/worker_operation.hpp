#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string>

#include "base/status.hpp"
#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "supervisor/node_state.hpp"
#include "wampgate/internal/process_record.pb.h"

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
  /// It has failed: undoes what is half done.
  virtual void OnFailed() {}
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

/// How a worker's processes are replaced.
struct Replacement {
  /// How those that go depart; called for each. Null: DepartAtOnce, and the operation lasts until they have
  /// ended.
  std::function<internal::Departure()> departure{};
  /// Only those of this generation and older ones.
  std::uint64_t last_generation = std::numeric_limits<std::uint64_t>::max();
};

/// Replaces the worker's processes one after the other. The successor accepts from the same sockets before
/// the one that goes is told to release them: nobody is turned away. If a successor does not serve in time
/// the process that was to go stays, and so do those that were not reached.
class RestartOperation final : public WorkerOperation {
 public:
  RestartOperation(NodeState& state, std::string worker, Done done, Replacement how = {})
      : WorkerOperation(state, std::move(worker), std::move(done)), how_(std::move(how)) {}
  void Start() override;
  void OnChange() override;

 private:
  void Next();
  void OnFailed() override;
  Replacement how_;
  std::set<std::uint32_t> left_;
  std::optional<std::uint32_t> at_;  // whose successor is awaited
  std::set<std::uint64_t> going_;    // generations of those that go, if their end is awaited
};

}  // namespace wampgate::supervisor
