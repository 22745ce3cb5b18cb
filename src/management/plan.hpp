#pragma once

#include <wampgate/v1/change.pb.h>
#include <wampgate/v1/config.pb.h>

#include <vector>

#include "config/environment.hpp"
#include "supervisor/worker_report.hpp"

namespace wampgate::management {

struct PlanInput {
  const v1::Node& running;
  const v1::Node& wanted;
  const config::Environment& environment;
  v1::Removal::Sessions removal;
};

/// Appends what running `wanted` instead of `running` changes, object by object, with the sessions each
/// change closes according to `workers`.
void FillPlan(const PlanInput& input, const std::vector<supervisor::WorkerReport>& workers, v1::Plan& plan);

}  // namespace wampgate::management
