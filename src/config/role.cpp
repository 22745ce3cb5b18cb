#include "config/role.hpp"

#include <cstddef>

namespace wampgate::config {

std::string_view ToString(Role role) {
  constexpr std::string_view kNames[] = {"none", "viewer", "operator", "editor", "admin"};
  return kNames[static_cast<std::size_t>(role)];
}

std::optional<Role> ParseRole(std::string_view text) {
  for (const Role role : {Role::kViewer, Role::kOperator, Role::kEditor, Role::kAdmin}) {
    if (ToString(role) == text) return role;
  }
  return std::nullopt;
}

}  // namespace wampgate::config
