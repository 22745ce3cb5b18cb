#pragma once

#include <string>

#include "worker/revisions.hpp"

namespace wampgate::worker {

/// Reads the node message of a Prepare with `config`; relative paths start in `node_directory`.
Resolution ResolveNodeMessage(const v1::Node& node, const std::string& node_directory);

}  // namespace wampgate::worker
