#include "config/resolve_auth.hpp"

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "config/realm_name.hpp"
#include "config/variables.hpp"

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

/// "${NAME}" is that variable; one that is not set leaves the principal without a ticket.
std::optional<std::string> ResolveTicketText(const std::string& ticket, const Where& where,
                                             const Context& context) {
  if (ticket.empty())
    context.Error(where, "expected a secret text, found \"\": anybody could join with that");
  const auto variable = BracedVariableName(ticket);
  if (!variable) return ticket;
  auto value = context.environment.variable(*variable);
  if (value && !value->empty()) return value;
  context.Warn(where, fmt::format("the environment variable {} is not set: nobody can join as this principal",
                                  *variable));
  return std::nullopt;
}

auth::TicketPrincipal ResolveTicketPrincipal(const v1::TicketPrincipal& principal, const Where& where,
                                             const Context& context) {
  auth::TicketPrincipal resolved;
  if (principal.has_ticket())
    resolved.ticket = ResolveTicketText(principal.ticket(), where.Key("ticket"), context);
  resolved.role = principal.role();
  if (resolved.role.empty())
    context.Warn(where, "has no role: whoever comes as this principal is turned away (no_such_role)");
  if (principal.has_authid()) resolved.authid = principal.authid();
  if (principal.has_authid() && principal.authid().empty())
    context.Error(where.Key("authid"), "expected an authid, found \"\"");
  if (principal.has_realm()) {
    CheckRealm(principal.realm(), where.Key("realm"), context);
    resolved.realm = principal.realm();
  }
  return resolved;
}

std::shared_ptr<const auth::TicketOptions> ResolveTicket(const v1::StaticTicket& ticket, const Where& where,
                                                         const Context& context) {
  auto resolved = std::make_shared<auth::TicketOptions>();
  const Where list = where.Key("principals");
  for (const auto& [authid, principal] : ticket.principals()) {
    if (authid.empty()) context.Error(list.Key(authid), "expected an authid, found \"\"");
    resolved->principals.emplace(authid, ResolveTicketPrincipal(principal, list.Key(authid), context));
  }
  if (resolved->principals.empty()) context.Warn(list, "no principals: nobody can join by ticket");
  return resolved;
}

void ReplaceIn(google::protobuf::Message& message, const Context& context) {
  if (auto* principal = dynamic_cast<v1::TicketPrincipal*>(&message)) {
    if (!principal->has_ticket()) return;
    if (const auto ticket = ResolveTicketText(principal->ticket(), {}, context))
      principal->set_ticket(*ticket);
    return;
  }
  const auto* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->message_type() == nullptr) continue;
    if (!field->is_repeated()) {
      ReplaceIn(*reflection->MutableMessage(&message, field), context);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      ReplaceIn(*reflection->MutableRepeatedMessage(&message, field, i), context);
    }
  }
}

}  // namespace

void ReplaceTicketVariables(v1::Transport& transport, const Context& context) {
  ReplaceIn(transport, context);
}

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
  if (auth.has_ticket())
    resolved.ticket = ResolveTicket(auth.ticket().static_(), where.Key("ticket"), context);
  if (!resolved.anonymous && !resolved.anonymous_proxy && !resolved.ticket) {
    context.Warn(where, "no authentication method is configured: no client can join here");
  }
  return resolved;
}

}  // namespace wampgate::config
