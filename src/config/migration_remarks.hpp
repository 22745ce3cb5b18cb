#pragma once

#include <string>
#include <vector>

#include "config/relocate.hpp"
#include "config/value.hpp"
#include "wampgate/v1/config.pb.h"

namespace wampgate::config {

/// Which of the ports and sockets that wampgate's workers listen on Crossbar can serve at the same time.
std::vector<std::string> DescribeListeners(const v1::Node& node);

/// Which Unix sockets wampgate reaches routers by, and which worker of the file listens there. `before`: the
/// paths as the file has them.
std::vector<std::string> DescribeRouterSockets(const v1::Node& before, const Value& left_over);

/// Strings that a YAML 1.1 parser, Crossbar's, had taken for booleans.
std::vector<std::string> DescribeOldBooleans(const Value& left_over);

}  // namespace wampgate::config
