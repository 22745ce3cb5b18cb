#pragma once

#include <wampgate/v1/config_service.pb.h>

#include <string>

#include "measures.hpp"

namespace wampgate::ctl {

/// "the node file /etc/wampgate/config.yaml was changed and not applied yet: …", with what to do about it.
std::string DescribeFile(const v1::NodeFileState& file);

/// "rolled back at 2026-11-26T15:04:05Z unless confirmed"; empty if it waits for nothing.
std::string DescribeConfirmation(const v1::ConfigSnapshot& revision);

}  // namespace wampgate::ctl
