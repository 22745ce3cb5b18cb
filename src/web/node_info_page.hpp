#pragma once

#include <chrono>
#include <string>

#include "web/node_info.hpp"

namespace wampgate::web {

/// Who asks whom, and when.
struct Visit {
  std::string peer;
  pid_t worker_pid = 0;
  std::chrono::system_clock::time_point now;
};

/// What spec 4.6 lists; what is not known is left out.
std::string NodeInfoHtml(const NodeInfo& info, const Visit& visit);
/// {"node_id", "version", "started", "uptime_seconds", "controller_pid", "workers_running", "public_key",
/// "peer", "worker_pid"}; what is not known is left out.
std::string NodeInfoJson(const NodeInfo& info, const Visit& visit);

}  // namespace wampgate::web
