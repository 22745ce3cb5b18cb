#pragma once

#include <optional>
#include <string>

#include "config/environment.hpp"
#include "config/problem.hpp"
#include "config/resolved.hpp"
#include "wampgate/v1/config.pb.h"

namespace wampgate::config {

/// A configuration as it is to run, or why it cannot.
struct Resolution {
  std::optional<Node> node;  ///< absent if there are errors
  Problems problems;         ///< all of them; warnings also where there is a node
};

/// Checks a document as a whole and gives every field its value. The same document and environment give the
/// same answer, in the supervisor and in a worker. Touches nothing but what `environment` hands out.
Resolution Resolve(const v1::Node& document, const Environment& environment);

/// The document for the processes of one worker: this worker alone, by its id, with environment variables
/// replaced, so that it resolves to the same worker wherever it is resolved. nullopt: there is no such
/// worker.
std::optional<v1::Node> ExtractWorker(const v1::Node& document, const std::string& worker_id,
                                      const Environment& environment);

}  // namespace wampgate::config
