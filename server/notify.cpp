#include "notify.hpp"

#include <systemd/sd-daemon.h>

namespace wampgate::server {

void NotifyReady() {
  sd_notify(0, "READY=1");
}

void NotifyStopping() {
  sd_notify(0, "STOPPING=1");
}

}  // namespace wampgate::server
