#include "watchdog.hpp"

#include <systemd/sd-daemon.h>

#include <cstdint>

namespace wampgate::server {

Watchdog::Watchdog(net::Loop& loop) : loop_(loop) {
  std::uint64_t period = 0;
  if (sd_watchdog_enabled(0, &period) <= 0) return;
  interval_ = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(period)) / 2;
  Ping();
}

void Watchdog::Ping() {
  sd_notify(0, "WATCHDOG=1");
  timer_.Start(loop_.timers(), interval_, [this] { Ping(); });
}

}  // namespace wampgate::server
