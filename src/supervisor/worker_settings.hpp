#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "config/resolved.hpp"
#include "supervisor/child.hpp"
#include "wampgate/v1/config.pb.h"

namespace wampgate::supervisor {

/// What the supervisor needs to know of one worker of a revision.
struct WorkerSettings {
  std::string id;
  std::string name;  ///< "workers/w"
  config::WorkerType type = config::WorkerType::kProxy;
  int processes = 1;
  std::string title;                    ///< of the processes in `ps`; empty: the daemon's own
  ChildCommand environment;             ///< only environment and inherit
  std::vector<std::string> transports;  ///< resource names
  std::size_t position = 0;             ///< in the document, for the paths of errors
  v1::Node node;  ///< the document with this worker only and without its routes, for its processes
};

/// Equal for the worker's processes but for routes.
bool SameNode(const WorkerSettings& left, const WorkerSettings& right);
/// Equal for what SameProcess compares. Not secret: environments go in as a hash.
std::string ProcessDigest(const WorkerSettings& settings);
/// Whether processes made for `before` can take `after`, or must be replaced (type, environment).
bool SameProcess(const WorkerSettings& before, const WorkerSettings& after);

}  // namespace wampgate::supervisor
