#include "router/realm.hpp"

namespace wampgate::router {

void Realm::SetRoles(const RealmOptions& options) {
  roles_.clear();
  for (const RoleOptions& role : options.roles) roles_.emplace(role.name, Permissions(role.permissions));
}

const Permissions& Realm::PermissionsOf(const std::string& role) const {
  static const Permissions kNone{{}};
  const auto found = roles_.find(role);
  return found == roles_.end() ? kNone : found->second;
}

}  // namespace wampgate::router
