#pragma once

#include <string_view>

#include "config/problem.hpp"

namespace wampgate::supervisor {

/// A log line each, as error or as warning, for those who have no caller to show them to.
void LogProblems(std::string_view module, const config::Problems& problems);

}  // namespace wampgate::supervisor
