#pragma once

#include "options.hpp"

namespace wampgate::server {

/// Prints every problem of a node file and, if there are no errors, what would run. Returns the exit code.
int CheckFile(const CheckOptions& options);

}  // namespace wampgate::server
