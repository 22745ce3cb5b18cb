#pragma once

#include <google/protobuf/duration.pb.h>

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/status.hpp"
#include "supervisor/drain_schedule.hpp"

namespace wampgate::management {

/// INVALID_ARGUMENT names the field: a time below 0 or above a year.
StatusOr<std::chrono::milliseconds> Milliseconds(std::string_view field,
                                                 const google::protobuf::Duration& duration);
/// With the defaults filled in. INVALID_ARGUMENT names the field and what it may be.
StatusOr<supervisor::DrainSettings> ReadSettings(const google::protobuf::Duration& lame_duck,
                                                 const google::protobuf::Duration& deadline,
                                                 std::uint32_t rate, std::uint32_t jitter_percent);
/// Those of a request to drain something.
template <typename Request>
StatusOr<supervisor::DrainSettings> SettingsOf(const Request& request) {
  return ReadSettings(request.lame_duck(), request.deadline(), request.rate(), request.jitter_percent());
}

}  // namespace wampgate::management
