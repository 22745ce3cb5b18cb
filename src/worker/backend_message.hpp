#pragma once

#include <string>

#include "proxy/backend_group.hpp"
#include "proxy/backend_probe.hpp"
#include "wampgate/v1/backend_status.pb.h"

/// Backends as the API shows them. What routers have said is cut and made valid UTF-8; control characters
/// stay, whoever prints it escapes them.
namespace wampgate::worker {

void FillBackend(const proxy::Backend& from, v1::BackendProcess& backend);
void FillProbe(const proxy::ProbeReport& from, v1::BackendProbe& probe);
/// The targets of a decision, in the order in which the next join tries them.
void FillTargets(const proxy::BackendGroup& group, proxy::BackendGroup::Time now,
                 v1::RouteDecision& decision);

}  // namespace wampgate::worker
