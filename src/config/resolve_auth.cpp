#include "config/resolve_auth.hpp"

#include "config/realm_name.hpp"

namespace wampgate::config {
namespace {

auth::AnonymousOptions ResolveAnonymous(const v1::StaticAnonymous& anonymous, const Where& where,
                                        const Context& context) {
  auth::AnonymousOptions resolved;
  if (anonymous.has_role()) resolved.role = anonymous.role();
  if (resolved.role.empty()) context.Error(where.Key("role"), "expected the name of a role, found \"\"");
  if (anonymous.has_authid()) resolved.authid = anonymous.authid();
  if (anonymous.has_authid() && anonymous.authid().empty()) {
    context.Error(where.Key("authid"), "expected an authid, found \"\"");
  }
  if (anonymous.has_realm()) {
    CheckRealm(anonymous.realm(), where.Key("realm"), context);
    resolved.realm = anonymous.realm();
  }
  return resolved;
}

}  // namespace

auth::Options ResolveAuth(const v1::Auth& auth, const net::ListenEndpoint& endpoint, const Where& where,
                          const Context& context) {
  auth::Options resolved;
  if (auth.has_anonymous()) {
    resolved.anonymous = ResolveAnonymous(auth.anonymous().static_(), where.Key("anonymous"), context);
  }
  resolved.anonymous_proxy = auth.has_anonymous_proxy();
  if (resolved.anonymous_proxy && !std::holds_alternative<net::UnixListen>(endpoint)) {
    context.Error(
        where.Key("anonymous-proxy"),
        "only allowed on endpoints of type \"unix\": whoever connects there may claim to be anybody");
  }
  if (!resolved.anonymous && !resolved.anonymous_proxy) {
    context.Warn(where, "no authentication method is configured: no client can join here");
  }
  return resolved;
}

}  // namespace wampgate::config
