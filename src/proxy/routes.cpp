#include "proxy/routes.hpp"

#include <set>
#include <utility>

namespace wampgate::proxy {

namespace {

std::shared_ptr<const BackendGroup> MakeGroup(const std::vector<BackendOptions>& options, BackendPool& pool) {
  std::vector<std::shared_ptr<Backend>> backends;
  for (const auto& one : options) backends.push_back(pool.Acquire(one));
  return std::make_shared<const BackendGroup>(backends);
}

}  // namespace

std::string RouteTable::KeyOf(std::string_view realm, std::string_view role) {
  std::string key;
  key.reserve(realm.size() + 1 + role.size());
  key.append(realm).append(1, '\0').append(role);
  return key;
}

std::shared_ptr<const BackendGroup> RouteTable::Find(std::string_view realm, std::string_view role) const {
  const Route* route = routes_.Find(KeyOf(realm, role));
  return route == nullptr ? nullptr : route->group;
}

/// Makes one table of another.
class RouteTableEdit {
 public:
  RouteTableEdit(const RouteTable& previous, BackendPool::Backends backends)
      : previous_(previous),
        routes_(previous.routes_),
        realms_(previous.realms_),
        backends_(std::move(backends)) {}

  void Put(const RouteOptions& options) {
    for (const auto& [realm, roles] : options.realms) {
      for (const auto& [role, targets] : roles) Set(realm, role, targets);
    }
  }

  void Remove(std::string_view realm, std::string_view role) {
    const std::string key = RouteTable::KeyOf(realm, role);
    if (routes_.Find(key) == nullptr) return;
    routes_.Erase(key);
    changed_ = true;
    const std::size_t left = *realms_.Find(realm) - 1;
    left == 0 ? realms_.Erase(realm) : realms_.Set(std::string(realm), left);
  }

  /// All that `options` does not have.
  void RemoveOthers(const RouteOptions& options) {
    previous_.routes_.ForEach([&](const std::string& key, const RouteTable::Route&) {
      const std::size_t end = key.find('\0');
      const std::string realm = key.substr(0, end);
      const std::string role = key.substr(end + 1);
      const auto found = options.realms.find(realm);
      if (found == options.realms.end() || !found->second.contains(role)) Remove(realm, role);
    });
  }

  /// Routes whose backends have become other ones.
  void Follow() {
    std::set<std::string> differ;
    for (const auto& [id, backend] : previous_.backends_) {
      const auto found = backends_.find(id);
      if (found == backends_.end() || found->second != backend) differ.insert(id);
    }
    for (const auto& [id, backend] : backends_) {
      if (!previous_.backends_.contains(id)) differ.insert(id);
    }
    if (differ.empty()) return;
    changed_ = true;
    previous_.routes_.ForEach([&](const std::string& key, const RouteTable::Route& route) {
      const RouteTable::Route* now = routes_.Find(key);
      if (now == nullptr || now->group != route.group) return;
      for (const RouteTarget& target : route.targets) {
        if (!differ.contains(target.backend)) continue;
        routes_.Set(key, {route.targets, MakeGroup(route.targets)});
        return;
      }
    });
  }

  /// Null: nothing has changed.
  std::shared_ptr<const RouteTable> Finish() && {
    if (!changed_) return nullptr;
    auto table = std::make_shared<RouteTable>();
    table->routes_ = std::move(routes_).Finish();
    table->realms_ = std::move(realms_).Finish();
    table->backends_ = std::move(backends_);
    return table;
  }

 private:
  void Set(const std::string& realm, const std::string& role, const RouteTargets& targets) {
    std::string key = RouteTable::KeyOf(realm, role);
    const RouteTable::Route* before = routes_.Find(key);
    if (before != nullptr && before->targets == targets) return;
    if (before == nullptr) {
      const std::size_t* count = realms_.Find(realm);
      realms_.Set(realm, count == nullptr ? 1 : *count + 1);
    }
    routes_.Set(std::move(key), {targets, MakeGroup(targets)});
    changed_ = true;
  }

  std::shared_ptr<const BackendGroup> MakeGroup(const RouteTargets& targets) const {
    std::vector<BackendGroup::Target> group;
    for (const RouteTarget& target : targets) {
      if (const auto found = backends_.find(target.backend); found != backends_.end())
        group.push_back({found->second, target.weight, target.is_backup});
    }
    return std::make_shared<const BackendGroup>(std::move(group));
  }

  const RouteTable& previous_;
  SharedMap<RouteTable::Route>::Edit routes_;
  SharedMap<std::size_t>::Edit realms_;
  BackendPool::Backends backends_;
  bool changed_ = false;
};

std::shared_ptr<const RouteTable> MakeRouteTable(const RouteChanges& changes, BackendPool::Backends backends,
                                                 std::shared_ptr<const RouteTable> previous) {
  static const RouteTable kNone;
  RouteTableEdit edit(previous ? *previous : kNone, std::move(backends));
  if (changes.others == RouteChanges::Others::kGo) edit.RemoveOthers(changes.put);
  for (const auto& [realm, role] : changes.removed) edit.Remove(realm, role);
  edit.Put(changes.put);
  edit.Follow();
  std::shared_ptr<const RouteTable> table = std::move(edit).Finish();
  if (table) return table;
  return previous ? previous : std::make_shared<const RouteTable>();
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
