#include "notify.hpp"

#include <systemd/sd-daemon.h>

#include <cinttypes>
#include <cstdint>
#include <ctime>

namespace wampgate::server {

void NotifyReady() {
  sd_notify(0, "READY=1");
}

void NotifyReloading() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto microseconds =
      static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
  sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, microseconds);
}

void NotifyStopping() {
  sd_notify(0, "STOPPING=1");
}

}  // namespace wampgate::server
