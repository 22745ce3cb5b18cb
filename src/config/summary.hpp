#pragma once

#include <string>

#include "config/environment.hpp"
#include "config/resolved.hpp"
#include "wampgate/v1/config.pb.h"

namespace wampgate::config {

/// What would run, for people: workers, processes, transports with addresses and paths, backends, routes,
/// realms; and which workers of the document are disabled.
std::string Summary(const v1::Node& document, const Node& node);

/// What `wampgated check FILE` says and its exit code: 0 and the summary, after any warnings; or 1 and the
/// problems.
struct Checked {
  int exit_code = 0;
  std::string text;
};
Checked CheckFile(const std::string& path, const Environment& environment);

}  // namespace wampgate::config
