#pragma once

#include <chrono>

#include "base/timer_wheel.hpp"
#include "net/loop.hpp"

namespace wampgate::server {

/// Tells the service manager from the loop that the loop turns, twice in each of its periods, so that a
/// supervisor that hangs is killed and started again. Without effect if it does not ask for that
/// (sd_watchdog_enabled(3)).
class Watchdog {
 public:
  explicit Watchdog(net::Loop& loop);

 private:
  void Ping();

  net::Loop& loop_;
  std::chrono::milliseconds interval_{0};
  Timer timer_;
};

}  // namespace wampgate::server
