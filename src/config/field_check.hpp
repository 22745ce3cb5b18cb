#pragma once

#include <google/protobuf/message.h>

#include "config/problem.hpp"

namespace wampgate::config {

/// Checks a message against what config.proto says of its fields: ranges, required ones, a member for each
/// "type". Looks at messages from wherever they come, so that a file and the API are held to the same.
void CheckFields(const google::protobuf::Message& message, Problems& problems);

}  // namespace wampgate::config
