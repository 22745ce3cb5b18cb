#pragma once

namespace wampgate::server {

/// Tell the service manager, if NOTIFY_SOCKET says there is one (sd_notify(3)); otherwise without effect.
void NotifyReady();  ///< after the start, and at the end of what NotifyReloading began
void NotifyReloading();
void NotifyStopping();

}  // namespace wampgate::server
