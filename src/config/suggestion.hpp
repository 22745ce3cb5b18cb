#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/spelling.hpp"

namespace wampgate::config {

/// What an unknown key may have been meant to be: `; did you mean "port"?`, `; "paths" belongs to type
/// "web"`, …; empty if nothing comes near. `messages` are those whose keys are allowed where it was found.
std::string SuggestKey(std::string_view key, std::span<const Descriptor* const> messages);

/// The same for a value of `type`.
std::string SuggestType(std::string_view name, const OneofDescriptor& type);

/// Single-character insertions, deletions, replacements and swaps of neighbours that lead from one to the
/// other.
std::size_t EditDistance(std::string_view from, std::string_view to);

}  // namespace wampgate::config
