#pragma once

#include <string>
#include <vector>

#include "config/resolve_context.hpp"
#include "config/resolved.hpp"
#include "wampgate/v1/config.pb.h"

namespace wampgate::config {

/// The ids of the workers, in order: their own, else "worker001", "worker002", … counted over those without
/// one.
std::vector<std::string> WorkerIds(const v1::Node& node);

/// False where `options.disabled` says so.
bool IsEnabled(const v1::Worker& worker, const Where& where, const Context& context);

Worker ResolveWorker(const v1::Worker& worker, const std::string& id, const Where& where,
                     const Context& context);

}  // namespace wampgate::config
