#include "supervisor/problem_log.hpp"

#include "base/log.hpp"

namespace wampgate::supervisor {

void LogProblems(std::string_view module, const config::Problems& problems) {
  for (const config::Problem& problem : problems) {
    const bool error = problem.severity == config::Severity::kError;
    log::Write(error ? log::Level::kError : log::Level::kWarning, module, "configuration problem",
               {{"problem", config::ToString(problem)}});
  }
}

}  // namespace wampgate::supervisor
