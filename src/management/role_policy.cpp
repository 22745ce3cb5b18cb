#include "management/role_policy.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <charconv>

namespace wampgate::management {
namespace {

/// Text of digits only.
std::optional<unsigned> Number(const std::string& text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

void Raise(Role& role, Role to) {
  role = std::max(role, to);
}

template <typename Roles, typename Key>
Role Find(const Roles& roles, const Key& key) {
  const auto found = roles.find(key);
  return found == roles.end() ? Role::kNone : found->second;
}

}  // namespace

RolePolicy::RolePolicy(const config::Management& management, const Accounts& accounts, uid_t own_user) {
  users_[0] = users_[own_user] = Role::kAdmin;
  if (management.roles) {
    for (const auto& [role, members] : *management.roles) Add(role, members, accounts);
  } else if (const auto group = accounts.GroupId(kDefaultGroup)) {
    groups_[*group] = Role::kOperator;
  }
}

void RolePolicy::Add(Role role, const config::RoleMembers& members, const Accounts& accounts) {
  for (const std::string& name : members.users) {
    const std::optional<uid_t> uid = Number(name) ? Number(name) : accounts.UserId(name);
    uid ? Raise(users_[*uid], role) : unknown_.push_back(fmt::format("user \"{}\"", name));
  }
  for (const std::string& name : members.groups) {
    const std::optional<gid_t> gid = Number(name) ? Number(name) : accounts.GroupId(name);
    gid ? Raise(groups_[*gid], role) : unknown_.push_back(fmt::format("group \"{}\"", name));
  }
  for (const std::string& name : members.certificates) Raise(certificates_[name], role);
  for (const auto& [name, digits] : members.tokens) {
    KnownToken known{.digest = {}, .token = {name, role}};
    for (std::size_t i = 0; i < known.digest.size() && 2 * i + 1 < digits.size(); ++i) {
      std::from_chars(digits.data() + 2 * i, digits.data() + 2 * i + 2, known.digest[i], 16);
    }
    tokens_.push_back(std::move(known));
  }
}

Role RolePolicy::OfUser(uid_t uid, std::span<const gid_t> groups) const {
  Role role = Find(users_, uid);
  for (const gid_t group : groups) Raise(role, Find(groups_, group));
  return role;
}

Role RolePolicy::OfCertificate(std::span<const std::string> names) const {
  Role role = Role::kNone;
  for (const std::string& name : names) Raise(role, Find(certificates_, name));
  return role;
}

std::optional<RolePolicy::Token> RolePolicy::OfToken(std::string_view token) const {
  Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), digest.data());
  std::optional<Token> found;
  for (const KnownToken& known : tokens_) {
    if (CRYPTO_memcmp(known.digest.data(), digest.data(), digest.size()) == 0) found = known.token;
  }
  return found;
}

}  // namespace wampgate::management
