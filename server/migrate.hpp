#pragma once

#include "options.hpp"

namespace wampgate::server {

/// Writes wampgate.json and crossbar.json, both or neither, and prints what was done and what was not.
/// Returns the exit code: 0, also if there is nothing to do; 1 for errors of the file; 2 if nothing could be
/// written.
int MigrateFile(const MigrateOptions& options);

}  // namespace wampgate::server
