#pragma once

#include <string>
#include <vector>

namespace wampgate::router {

enum class Match : unsigned char { kExact, kPrefix, kWildcard };

/// One permission rule of a role (spec appendix G).
struct Permission {
  std::string uri;
  Match match = Match::kExact;
  bool call = false, register_ = false, publish = false, subscribe = false;
  bool disclose_caller = false, disclose_publisher = false;
  bool operator==(const Permission&) const = default;
};

struct RoleOptions {
  std::string name;
  std::vector<Permission> permissions;
  bool operator==(const RoleOptions&) const = default;
};

struct RealmOptions {
  std::string name;
  std::vector<RoleOptions> roles;
  bool operator==(const RealmOptions&) const = default;
};

}  // namespace wampgate::router
