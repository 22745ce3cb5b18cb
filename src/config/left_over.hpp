#pragma once

#include <string>
#include <vector>

#include "config/carried_worker.hpp"
#include "config/value.hpp"

namespace wampgate::config {

/// What a Crossbar file still says when wampgate has taken over: everything as it was written, but without
/// the workers of `carried` (those that stay are there, with the transports that stay) and without what only
/// wampgate knows. Workers keep the ids they had, `ids`, also where those were made from their place.
Value LeftOver(const Value& document, const std::vector<CarriedWorker>& carried,
               const std::vector<std::string>& ids);

}  // namespace wampgate::config
