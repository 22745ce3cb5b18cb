#pragma once

#include <string>

#include "config/role.hpp"

namespace wampgate::management {

/// Who makes a call, found out before any handler runs.
struct Caller {
  std::string identity;  ///< "uid:1000 (alice)", "certificate ops.example.com", "token ci"
  std::string origin;    ///< from where: "pid 4711", "192.0.2.7:40123"
  config::Role role = config::Role::kNone;
};

}  // namespace wampgate::management
