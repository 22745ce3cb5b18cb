#pragma once

#include "options.hpp"

namespace wampgate::server {

/// Runs a node until SIGTERM and returns its exit code: 0 after an orderly end, 2 if it could not start.
int RunNode(const RunOptions& options);

}  // namespace wampgate::server
