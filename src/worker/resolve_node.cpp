#include "worker/resolve_node.hpp"

#include <utility>

#include "config/environment.hpp"
#include "config/resolve.hpp"

namespace wampgate::worker {

Resolution ResolveNodeMessage(const v1::Node& node, const std::string& node_directory) {
  config::Resolution resolved = config::Resolve(node, config::Environment::OfThisProcess(node_directory));
  Resolution result;
  result.node = std::move(resolved.node);
  for (const config::Problem& problem : resolved.problems) {
    if (problem.severity != config::Severity::kError) continue;
    result.error = problem.message;
    result.error_path = problem.path;
    break;
  }
  return result;
}

}  // namespace wampgate::worker
