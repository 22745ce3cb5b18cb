#include "config/resolve_management.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "config/resolve_tls.hpp"

namespace wampgate::config {
namespace {

constexpr std::size_t kHashDigits = 64;

template <typename Names>
std::vector<std::string> ResolveNames(const Names& names, const Where& where, const Context& context) {
  for (int i = 0; i < names.size(); ++i) {
    if (names[i].empty())
      context.Error(where.Index(static_cast<std::size_t>(i)), "expected a name, found \"\"");
  }
  return {names.begin(), names.end()};
}

/// In lower case.
std::string ResolveHash(std::string hash, const Where& where, const Context& context) {
  const bool is_hash =
      hash.size() == kHashDigits &&
      std::all_of(hash.begin(), hash.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
  if (!is_hash) {  // it may be the token itself, so that it is not repeated
    context.Error(where,
                  fmt::format("expected the SHA-256 of the token, 64 hexadecimal digits (printf %s TOKEN | "
                              "sha256sum), found {} characters",
                              hash.size()));
  }
  std::transform(hash.begin(), hash.end(), hash.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return hash;
}

RoleMembers ResolveMembers(const v1::RoleMembers& members, const Where& where, const Context& context) {
  RoleMembers resolved;
  resolved.users = ResolveNames(members.users(), where.Key("users"), context);
  resolved.groups = ResolveNames(members.groups(), where.Key("groups"), context);
  resolved.certificates = ResolveNames(members.certificates(), where.Key("certificates"), context);
  for (const auto& [name, hash] : members.tokens()) {
    resolved.tokens[name] = ResolveHash(hash, where.Key("tokens").Key(name), context);
  }
  return resolved;
}

bool HasTokens(const Management& management) {
  return management.roles && std::any_of(management.roles->begin(), management.roles->end(),
                                         [](const auto& entry) { return !entry.second.tokens.empty(); });
}

bool IsAddress(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1 || inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

std::string ResolveInterface(const std::string* interface, const Where& where, const Context& context) {
  if (interface == nullptr) return "127.0.0.1";
  if (!IsAddress(*interface)) {
    context.Error(where.Key("interface"),
                  fmt::format("expected an address literal, found {}", Quote(*interface)));
  }
  return *interface;
}

ManagementListener ResolveListener(const v1::ManagementListen& listen, bool has_tokens, const Where& where,
                                   const Context& context) {
  ManagementListener resolved;
  resolved.interface =
      ResolveInterface(listen.has_interface() ? &listen.interface() : nullptr, where, context);
  resolved.port = static_cast<std::uint16_t>(listen.port());
  const v1::ManagementTls& tls = listen.tls();
  const Where at = where.Key("tls");
  if (tls.has_certificate()) {
    resolved.certificate = ResolveFile(tls.certificate(), at.Key("certificate"), context);
  }
  if (tls.has_key()) resolved.key = ResolveFile(tls.key(), at.Key("key"), context);
  if (tls.has_ca()) {
    resolved.ca = ResolveFile(tls.ca(), at.Key("ca"), context);
  } else if (listen.has_tls() && !has_tokens) {
    context.Error(
        at.Key("ca"),
        "missing; nobody could say on this port who it is: expected what client certificates are signed "
        "by, or else tokens in management.roles");
  }
  return resolved;
}

}  // namespace

Management ResolveManagement(const v1::Management& management, const Where& where, const Context& context) {
  Management resolved;
  if (!management.roles().empty()) resolved.roles.emplace();
  for (const auto& [name, members] : management.roles()) {
    const Where at = where.Key("roles").Key(name);
    const auto role = ParseRole(name);
    if (!role) context.Error(at, "expected one of the roles viewer, operator, editor and admin");
    (*resolved.roles)[role.value_or(Role::kNone)] = ResolveMembers(members, at, context);
  }
  for (int i = 0; i < management.listen_size(); ++i) {
    resolved.listen.push_back(ResolveListener(management.listen(i), HasTokens(resolved),
                                              where.Key("listen").Index(static_cast<std::size_t>(i)),
                                              context));
  }
  if (management.has_http()) {
    const v1::ManagementHttp& http = management.http();
    resolved.http.emplace();
    resolved.http->interface =
        ResolveInterface(http.has_interface() ? &http.interface() : nullptr, where.Key("http"), context);
    resolved.http->port = static_cast<std::uint16_t>(http.port());
    if (http.has_tls())
      resolved.http->tls = ResolveManagementTls(http.tls(), where.Key("http").Key("tls"), context);
  }
  return resolved;
}

Management ResolveManagement(const v1::Management& management, const Environment& environment) {
  Problems ignored;
  return ResolveManagement(management, Where(), Context{environment, ignored});
}

}  // namespace wampgate::config
