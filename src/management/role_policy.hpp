#pragma once

#include <sys/types.h>

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/management.hpp"
#include "management/accounts.hpp"

namespace wampgate::management {

using config::Role;

/// Who has which role: `management.roles` with its names looked up, once, when made. Whoever is named several
/// times has the highest of these roles. root and the node's own user are admin whatever the configuration
/// says. Without `management.roles` the members of the group "wampgate" are operators. Immutable.
class RolePolicy {
 public:
  RolePolicy(const config::Management& management, const Accounts& accounts, uid_t own_user);

  Role OfUser(uid_t uid, std::span<const gid_t> groups) const;
  /// `names`: common name and subject alternative names of a verified certificate.
  Role OfCertificate(std::span<const std::string> names) const;
  struct Token {
    std::string name;
    Role role = Role::kNone;
  };
  /// Compares with every known token, in constant time. nullopt: it is none of them.
  std::optional<Token> OfToken(std::string_view token) const;

  /// Users and groups that this system does not have, as "group \"ops\"".
  const std::vector<std::string>& unknown() const { return unknown_; }

  /// The group whose members are operators by default.
  static constexpr const char* kDefaultGroup = "wampgate";

 private:
  using Digest = std::array<unsigned char, 32>;
  struct KnownToken {
    Digest digest{};
    Token token;
  };
  void Add(Role role, const config::RoleMembers& members, const Accounts& accounts);

  std::map<uid_t, Role> users_;
  std::map<gid_t, Role> groups_;
  std::map<std::string, Role, std::less<>> certificates_;
  std::vector<KnownToken> tokens_;
  std::vector<std::string> unknown_;
};

}  // namespace wampgate::management
