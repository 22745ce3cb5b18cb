#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How the command line names objects: "edge/web" for "workers/edge/transports/web".
namespace wampgate::ctl {

/// The collections on the way to an object: {"workers", "transports"}; the last one repeats for paths. ""
/// joins a part to the one before: a route has {"workers", "routes", ""}.
using Collections = std::vector<std::string_view>;

/// The full name of what the user typed, short or full. Nothing if it has another number of parts.
std::optional<std::string> FullName(const std::string& typed, const Collections& collections);
/// "workers/edge/transports/web" → "edge/web"; routes and nested paths alike.
std::string ShortName(const std::string& name);
/// A full name without its last collection and part: what it lies in.
std::string ParentOf(const std::string& name);
/// %XX as octets; what is no such thing stays.
std::string Decode(std::string_view part);
/// All octets but letters, digits and "-._~" as %XX, as the node spells names.
std::string Encode(std::string_view part);

}  // namespace wampgate::ctl
