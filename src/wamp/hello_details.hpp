#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/status.hpp"

namespace wampgate::wamp {

/// The checks of spec 3.5 for Details (a dictionary) of HELLOs that we terminate: roles, features,
/// authmethods, authid, authrole, authextra. INVALID_ARGUMENT says which is wrong.
Status CheckHelloDetails(const nlohmann::json& details);

}  // namespace wampgate::wamp
