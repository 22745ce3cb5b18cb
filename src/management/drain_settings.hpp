#pragma once

#include <wampgate/v1/node_service.pb.h>

#include <chrono>
#include <string_view>

#include "base/status.hpp"
#include "supervisor/drain_schedule.hpp"

namespace wampgate::management {

/// INVALID_ARGUMENT names the field: a time below 0 or above a year.
StatusOr<std::chrono::milliseconds> Milliseconds(std::string_view field,
                                                 const google::protobuf::Duration& duration);
/// With the defaults filled in. INVALID_ARGUMENT names the field and what it may be.
StatusOr<supervisor::DrainSettings> SettingsOf(const v1::DrainNodeRequest& request);

}  // namespace wampgate::management
