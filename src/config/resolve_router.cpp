#include "config/resolve_router.hpp"

#include <fmt/format.h>

#include <set>

#include "config/realm_name.hpp"
#include "config/variables.hpp"
#include "wamp/uri.hpp"

namespace wampgate::config {
namespace {

router::Permission ResolvePermission(const v1::Permission& permission, const Where& where,
                                     const Context& context) {
  router::Permission resolved;
  resolved.uri = permission.uri();
  if (permission.match() == v1::PREFIX) resolved.match = router::Match::kPrefix;
  if (permission.match() == v1::WILDCARD) resolved.match = router::Match::kWildcard;
  if (resolved.uri.ends_with('*')) {
    resolved.uri.pop_back();
    resolved.match = router::Match::kPrefix;
  }
  if (!resolved.uri.empty() && !wamp::IsLooseUriPattern(resolved.uri)) {
    context.Error(where.Key("uri"),
                  fmt::format("expected a URI or pattern, found {}", Quote(permission.uri())));
  }
  resolved.call = permission.allow().call();
  resolved.register_ = permission.allow().register_();
  resolved.publish = permission.allow().publish();
  resolved.subscribe = permission.allow().subscribe();
  resolved.disclose_caller = permission.disclose().caller();
  resolved.disclose_publisher = permission.disclose().publisher();
  return resolved;
}

router::RoleOptions ResolveRole(const v1::Role& role, const Where& where, const Context& context) {
  router::RoleOptions resolved;
  resolved.name = role.name();
  if (role.has_name() && role.name().empty())
    context.Error(where.Key("name"), "expected the name of a role, found \"\"");
  const Where list = where.Key("permissions");
  for (int i = 0; i < role.permissions_size(); ++i) {
    resolved.permissions.push_back(
        ResolvePermission(role.permissions(i), list.Index(static_cast<std::size_t>(i)), context));
  }
  if (resolved.permissions.empty())
    context.Warn(where, "has no permissions: clients with this role may do nothing");
  return resolved;
}

router::RealmOptions ResolveRealm(const v1::Realm& realm, const Where& where, const Context& context) {
  router::RealmOptions resolved;
  resolved.name = RealmName(realm, where.Key("name"), context);
  std::set<std::string> names;
  const Where list = where.Key("roles");
  for (int i = 0; i < realm.roles_size(); ++i) {
    const Where at = list.Index(static_cast<std::size_t>(i));
    resolved.roles.push_back(ResolveRole(realm.roles(i), at, context));
    if (!names.insert(realm.roles(i).name()).second) {
      context.Error(at.Key("name"),
                    fmt::format("the role {} is defined twice", Quote(realm.roles(i).name())));
    }
  }
  if (resolved.roles.empty()) context.Warn(where, "has no roles: nobody can join it");
  return resolved;
}

}  // namespace

std::string RealmName(const v1::Realm& realm, const Where& where, const Context& context) {
  std::string name = realm.name();
  if (const auto variable = VariableName(name)) {
    const auto value = ReadVariable(*variable, where, context);
    if (!value) return name;
    name = *value;
  }
  if (realm.has_name() && !IsRealmName(name)) {
    context.Error(where,
                  fmt::format("expected a letter and then 2 to 254 letters, digits and \"_-@.\", found {}",
                              Quote(name)));
  }
  return name;
}

std::vector<router::RealmOptions> ResolveRealms(const v1::RouterWorker& worker, const Where& where,
                                                const Context& context) {
  std::vector<router::RealmOptions> realms;
  std::set<std::string> names;
  const Where list = where.Key("realms");
  for (int i = 0; i < worker.realms_size(); ++i) {
    const Where at = list.Index(static_cast<std::size_t>(i));
    realms.push_back(ResolveRealm(worker.realms(i), at, context));
    if (!names.insert(realms.back().name).second) {
      context.Error(at.Key("name"), fmt::format("the realm {} is defined twice", Quote(realms.back().name)));
    }
  }
  if (realms.empty()) context.Warn(list, "no realms: no client can join this router");
  return realms;
}

}  // namespace wampgate::config
