#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "supervisor/process.hpp"

namespace wampgate::supervisor {

/// Processes that belong to no worker any more and are on their way out. Loop's thread only.
class Graveyard final : private ProcessObserver {
 public:
  explicit Graveyard(net::Loop& loop) : loop_(loop) {}

  /// Stops the process and forgets it once it has ended.
  void Bury(std::unique_ptr<Process> process, std::chrono::milliseconds grace);
  bool empty() const { return processes_.empty(); }
  /// Called each time one is gone.
  void OnGone(std::function<void()> callback) { on_gone_ = std::move(callback); }

 private:
  void OnConnected(Process& process) override;
  void OnEnded(Process& process) override;
  net::Loop& loop_;
  std::vector<std::unique_ptr<Process>> processes_;
  std::function<void()> on_gone_;
};

}  // namespace wampgate::supervisor
