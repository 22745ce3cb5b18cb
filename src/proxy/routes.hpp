#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/shared_map.hpp"
#include "proxy/backend_group.hpp"
#include "proxy/backend_pool.hpp"
#include "proxy/options.hpp"

namespace wampgate::proxy {

/// Authenticating mode: (realm, role) → backends (spec 5.10). Immutable, and cheap to make of another one:
/// routes that stay are shared, with their turn. A session looks in it once, while joining.
class RouteTable {
 public:
  bool HasRealm(std::string_view realm) const { return realms_.Has(realm); }
  /// Null if the realm or the role in it has no route.
  std::shared_ptr<const BackendGroup> Find(std::string_view realm, std::string_view role) const;
  std::size_t size() const { return routes_.size(); }

 private:
  friend class RouteTableEdit;
  struct Route {
    RouteTargets targets;
    std::shared_ptr<const BackendGroup> group;
  };
  /// A realm is an URI: there is no NUL in it.
  static std::string KeyOf(std::string_view realm, std::string_view role);

  SharedMap<Route> routes_;         // by realm and role
  SharedMap<std::size_t> realms_;   // how many routes each has
  BackendPool::Backends backends_;  // of the routes, by id
};

/// `backends` are the worker's by id; ids of routes are expected to be among them (config checks that). What
/// equals its counterpart in `previous`, which may be null, is the same object; a table that is equal in all
/// is `previous`.
std::shared_ptr<const RouteTable> MakeRouteTable(const RouteChanges& changes, BackendPool::Backends backends,
                                                 std::shared_ptr<const RouteTable> previous = nullptr);

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
