#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "config/problem.hpp"
#include "config/resolved.hpp"
#include "supervisor/worker_settings.hpp"
#include "wampgate/v1/config.pb.h"

namespace wampgate::supervisor {

/// A document that is to become the running revision.
struct Candidate {
  v1::Node document;
  std::optional<config::Node> resolved;  ///< absent if there are errors
  std::vector<WorkerSettings> workers;   ///< enabled ones, in the order of the document
  config::Problems problems;
};

Candidate MakeCandidate(const v1::Node& document, const std::string& node_directory);

/// INVALID_ARGUMENT with the first error and how many more there are.
Status ProblemStatus(StatusCode code, const config::Problems& problems);

bool SameDocument(const v1::Node& left, const v1::Node& right);

}  // namespace wampgate::supervisor
