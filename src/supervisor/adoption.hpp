#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "base/timer_wheel.hpp"
#include "supervisor/leftover_processes.hpp"
#include "supervisor/orphan.hpp"

namespace wampgate::supervisor {

/// Waits for the worker processes of a supervisor that died to call. Those that do not, though they live, are
/// of no use (frozen, or unable to reach us) and hold listening sockets: they are ended, so that they cannot
/// serve beside their successors. Loop's thread only.
class Adoption {
 public:
  /// A process dials at least every 2 s. Bounded: kWait, then kEnd from SIGTERM to SIGKILL, then the kernel.
  static constexpr std::chrono::milliseconds kWait{10000};
  static constexpr std::chrono::milliseconds kEnd{2000};

  Adoption(net::Loop& loop, std::vector<Leftover> leftovers);

  /// `done` is called once, in a turn of its own, when every process has called or ended.
  void Start(std::chrono::milliseconds wait, std::function<void()> done);
  /// False if the arrival is none of them.
  bool Offer(Arrival& arrival);
  /// Ends the waiting; `done` is not called any more.
  std::vector<std::unique_ptr<Orphan>> Take();

 private:
  void Look();
  void EndSilent(int signal);

  net::Loop& loop_;
  std::vector<std::unique_ptr<Orphan>> orphans_;
  std::function<void()> done_;
  Timer deadline_;
};

}  // namespace wampgate::supervisor
