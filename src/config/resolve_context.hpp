#pragma once

#include <string>

#include "config/environment.hpp"
#include "config/problem.hpp"

namespace wampgate::config {

/// What the parts of Resolve share: where they look things up and what they report to.
struct Context {
  const Environment& environment;
  Problems& problems;

  void Error(const Where& where, std::string message) const {
    problems.push_back({Severity::kError, where.text(), std::move(message)});
  }
  void Warn(const Where& where, std::string message) const {
    problems.push_back({Severity::kWarning, where.text(), std::move(message)});
  }
};

}  // namespace wampgate::config
