#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/backend_group.hpp"
#include "proxy/backend_pool.hpp"
#include "proxy/options.hpp"

namespace wampgate::proxy {

/// Authenticating mode: (realm, role) → backends (spec 5.10). Immutable; a session looks in it once, while
/// joining.
class RouteTable {
 public:
  using Roles = std::map<std::string, std::shared_ptr<const BackendGroup>, std::less<>>;
  explicit RouteTable(std::map<std::string, Roles, std::less<>> realms) : realms_(std::move(realms)) {}

  bool HasRealm(std::string_view realm) const { return realms_.contains(realm); }
  /// Null if the realm or the role in it has no route.
  std::shared_ptr<const BackendGroup> Find(std::string_view realm, std::string_view role) const;

 private:
  std::map<std::string, Roles, std::less<>> realms_;
};

/// `connections` are the worker's backends by id; ids of routes are expected to be among them (config checks
/// that).
std::shared_ptr<const RouteTable> MakeRouteTable(const RouteOptions& routes,
                                                 const std::map<std::string, BackendOptions>& connections,
                                                 BackendPool& pool);

/// Transparent mode: realm → backends, else the default ones (spec 4.13). Immutable.
class TransparentRoutes {
 public:
  using Groups = std::map<std::string, std::shared_ptr<const BackendGroup>, std::less<>>;
  TransparentRoutes(Groups by_realm, std::shared_ptr<const BackendGroup> fallback)
      : by_realm_(std::move(by_realm)), fallback_(std::move(fallback)) {}

  /// Null if neither the realm nor a default backend is there. An empty realm stands for null in HELLO.
  std::shared_ptr<const BackendGroup> Find(std::string_view realm) const;

 private:
  Groups by_realm_;
  std::shared_ptr<const BackendGroup> fallback_;
};

std::shared_ptr<const TransparentRoutes> MakeTransparentRoutes(const TransparentOptions& options,
                                                               BackendPool& pool);

}  // namespace wampgate::proxy
