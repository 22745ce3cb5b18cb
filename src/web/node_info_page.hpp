#pragma once

#include <chrono>
#include <string>

#include "web/node_info.hpp"

namespace wampgate::web {

std::string NodeInfoHtml(const NodeInfo& info, std::chrono::system_clock::time_point now);
/// {"node_id", "version", "started", "uptime_seconds", "workers_running", "public_key"}; what is not known is
/// left out.
std::string NodeInfoJson(const NodeInfo& info, std::chrono::system_clock::time_point now);

}  // namespace wampgate::web
