#pragma once

#include <wampgate/v1/config_service.pb.h>

#include <vector>

#include "config/environment.hpp"
#include "supervisor/worker_report.hpp"

namespace wampgate::management {

struct PlanInput {
  const v1::Node& running;
  const v1::Node& wanted;
  const config::Environment& environment;
  v1::ApplyConfigRequest::Removal removal;
};

/// Appends what running `wanted` instead of `running` changes, object by object, with the sessions each
/// change closes according to `workers`.
void FillPlan(const PlanInput& input, const std::vector<supervisor::WorkerReport>& workers, v1::Plan& plan);

}  // namespace wampgate::management
