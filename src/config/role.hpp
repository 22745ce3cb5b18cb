#pragma once

#include <optional>
#include <string_view>

namespace wampgate::config {

/// What a caller of the management API may do; each role may also do what the ones before it may.
enum class Role : unsigned char {
  kNone,      ///< health checks, and asking who one is
  kViewer,    ///< look, watch and plan
  kOperator,  ///< drain, close sessions, start and stop workers, log level
  kEditor,    ///< change the configuration
  kAdmin,     ///< change who may do what; end the node
};

/// "none", "viewer", "operator", "editor", "admin".
std::string_view ToString(Role role);
/// nullopt for other words, "none" among them.
std::optional<Role> ParseRole(std::string_view text);

}  // namespace wampgate::config
