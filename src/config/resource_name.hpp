#pragma once

#include <string>
#include <string_view>

/// Names of the objects of a configuration: "workers/w/transports/t/paths/p", parts percent-encoded.
namespace wampgate::config {

/// All octets but letters, digits and "-._~" as %XX.
std::string EncodePart(std::string_view part);

/// `parent/collection/id`; without a parent `collection/id`.
std::string ResourceName(std::string_view parent, std::string_view collection, std::string_view id);

/// `^[a-z][a-z0-9_]{2,63}$` (spec, appendix C).
bool IsId(std::string_view text);

}  // namespace wampgate::config
