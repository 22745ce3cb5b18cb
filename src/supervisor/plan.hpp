#pragma once

#include <string>
#include <vector>

#include "config/diff.hpp"
#include "config/environment.hpp"
#include "config/problem.hpp"
#include "supervisor/apply.hpp"
#include "supervisor/worker_report.hpp"
#include "wampgate/v1/change.pb.h"
#include "wampgate/v1/config.pb.h"

namespace wampgate::supervisor {

struct PlanInput {
  const v1::Node& running;
  const v1::Node& wanted;
  const config::Environment& environment;
  Removal removal;
};

/// What changes do, with the live sessions that each of them closes according to `workers`. A session is
/// counted once in the sum, however many objects of it go.
v1::Plan MakePlan(const std::vector<config::Change>& changes, Removal removal,
                  const std::vector<WorkerReport>& workers);

/// The same for running `wanted` instead of `running`.
v1::Plan MakePlan(const PlanInput& input, const std::vector<WorkerReport>& workers);

/// The warnings among `problems`.
void AddWarnings(const config::Problems& problems, v1::Plan& plan);

/// What becomes of an object when the node file is applied, in words: "only in the file",
/// "differs in endpoint.backlog".
std::string DescribeDifference(const v1::PlannedChange& change);

}  // namespace wampgate::supervisor
