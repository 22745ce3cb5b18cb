#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "config/environment.hpp"
#include "config/problem.hpp"
#include "config/resolved.hpp"
#include "supervisor/worker_settings.hpp"
#include "wampgate/internal/node_delta.pb.h"
#include "wampgate/v1/config.pb.h"

namespace wampgate::supervisor {

/// A document that is to become the running revision. Routes are in none of it: they are the document's.
struct Candidate {
  v1::Node rest;                         ///< the document without its routes
  std::optional<config::Node> resolved;  ///< absent if there are errors
  std::vector<WorkerSettings> workers;   ///< enabled ones, in the order of the document
  config::Problems problems;
};

Candidate MakeCandidate(const v1::Node& document, const config::Environment& environment);

/// For a document made by `delta` of one that was checked: of the routes only those in `delta` are checked.
/// Right as long as no backend has gone or become another kind that another route names.
Candidate MakeCandidate(const v1::Node& document, const internal::NodeDelta& delta,
                        const config::Environment& environment);

/// INVALID_ARGUMENT with the first error and how many more there are.
Status ProblemStatus(StatusCode code, const config::Problems& problems);

bool SameDocument(const v1::Node& left, const v1::Node& right);

}  // namespace wampgate::supervisor
