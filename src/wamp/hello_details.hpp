#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/status.hpp"

namespace wampgate::wamp {

/// The checks of spec 3.5 for Details (a dictionary) of HELLOs that we terminate: roles, features,
/// authmethods, authid, authrole, authextra. INVALID_ARGUMENT says which is wrong.
Status CheckHelloDetails(const nlohmann::json& details);

/// What a client says of itself in HELLO, for the operator: the methods it offers, separated by commas, and
/// the authid it asks for. Empty where absent or of another type; at most 256 octets of each.
std::string OfferedMethods(const nlohmann::json& details);
std::string WantedAuthid(const nlohmann::json& details);

}  // namespace wampgate::wamp
