#pragma once

#include <string>

#include "config/problem.hpp"

namespace wampgate::config {

/// The problems as lines, warnings marked.
inline std::string AllOf(const Problems& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    text += (problem.severity == Severity::kWarning ? "warning: " : "") + ToString(problem) + "\n";
  }
  return text;
}

}  // namespace wampgate::config
