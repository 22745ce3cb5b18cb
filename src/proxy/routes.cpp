#include "proxy/routes.hpp"

namespace wampgate::proxy {

namespace {

std::shared_ptr<const BackendGroup> MakeGroup(const std::vector<BackendOptions>& options, BackendPool& pool) {
  std::vector<std::shared_ptr<Backend>> backends;
  for (const auto& one : options) backends.push_back(pool.Acquire(one));
  return std::make_shared<const BackendGroup>(std::move(backends));
}

}  // namespace

std::shared_ptr<const BackendGroup> RouteTable::Find(std::string_view realm, std::string_view role) const {
  const auto roles = realms_.find(realm);
  if (roles == realms_.end()) return nullptr;
  const auto group = roles->second.find(role);
  return group == roles->second.end() ? nullptr : group->second;
}

std::shared_ptr<const RouteTable> MakeRouteTable(const RouteOptions& routes,
                                                 const std::map<std::string, BackendOptions>& connections,
                                                 BackendPool& pool) {
  std::map<std::string, RouteTable::Roles, std::less<>> realms;
  for (const auto& [realm, roles] : routes.realms) {
    auto& of_realm = realms[realm];
    for (const auto& [role, ids] : roles) {
      std::vector<std::shared_ptr<Backend>> backends;
      for (const auto& id : ids) {
        if (const auto found = connections.find(id); found != connections.end()) {
          backends.push_back(pool.Acquire(found->second));
        }
      }
      of_realm[role] = std::make_shared<const BackendGroup>(std::move(backends));
    }
  }
  return std::make_shared<const RouteTable>(std::move(realms));
}

std::shared_ptr<const BackendGroup> TransparentRoutes::Find(std::string_view realm) const {
  const auto found = realm.empty() ? by_realm_.end() : by_realm_.find(realm);
  return found == by_realm_.end() ? fallback_ : found->second;
}

std::shared_ptr<const TransparentRoutes> MakeTransparentRoutes(const TransparentOptions& options,
                                                               BackendPool& pool) {
  TransparentRoutes::Groups by_realm;
  for (const auto& [realm, backends] : options.by_realm) by_realm[realm] = MakeGroup(backends, pool);
  auto fallback = options.fallback.empty() ? nullptr : MakeGroup(options.fallback, pool);
  return std::make_shared<const TransparentRoutes>(std::move(by_realm), std::move(fallback));
}

}  // namespace wampgate::proxy
