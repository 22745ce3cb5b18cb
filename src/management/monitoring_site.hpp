#pragma once

#include <memory>

#include "http/message.hpp"
#include "supervisor/supervisor.hpp"

namespace wampgate::management {

/// What `management.http` serves: /metrics, /healthz and /readyz. The supervisor outlives it.
std::shared_ptr<http::Service> MakeMonitoringSite(supervisor::Supervisor& supervisor);

}  // namespace wampgate::management
