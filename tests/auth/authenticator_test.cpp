#include "auth/authenticator.hpp"

#include <gtest/gtest.h>

namespace wampgate::auth {
namespace {

using nlohmann::json;

wamp::TransportDetails OverUnix() {
  wamp::TransportDetails details;
  details.is_unix = true;
  return details;
}

json ProxyHello() {
  return {{"authmethods", {"anonymous-proxy"}},
          {"authextra",
           {{"proxy_realm", "realm1"},
            {"proxy_authid", "joe"},
            {"proxy_authrole", "user"},
            {"proxy_authextra", {{"my", 1}}}}}};
}

Options WithProxy() {
  Options options;
  options.anonymous_proxy = true;
  return options;
}

TEST(Authenticator, WithoutOptionsEverybodyIsAnonymousWhateverIsOffered) {
  auto outcome = MakeAuthenticator(std::nullopt)->OnHello("realm1", {{"authmethods", {"ticket"}}}, {});
  const auto& principal = std::get<Principal>(outcome);
  EXPECT_EQ(principal.realm, "realm1");
  EXPECT_EQ(principal.role, "anonymous");
  EXPECT_EQ(principal.authid.size(), 29u);  // 6 groups of 4 and 5 dashes
}

TEST(Authenticator, EachAnonymousSessionHasAnAuthidOfItsOwn) {
  auto first = MakeAuthenticator(std::nullopt)->OnHello("realm1", json::object(), {});
  auto second = MakeAuthenticator(std::nullopt)->OnHello("realm1", json::object(), {});
  EXPECT_NE(std::get<Principal>(first).authid, std::get<Principal>(second).authid);
}

TEST(Authenticator, AnonymousTakesRoleAuthidAndRealmFromItsOptions) {
  Options options;
  options.anonymous = AnonymousOptions{.role = "guest", .authid = "fixed", .realm = "lobby"};
  auto outcome = MakeAuthenticator(options)->OnHello("realm1", {{"authextra", {{"a", 1}}}}, {});
  const auto& principal = std::get<Principal>(outcome);
  EXPECT_EQ(principal.realm, "lobby");
  EXPECT_EQ(principal.authid, "fixed");
  EXPECT_EQ(principal.role, "guest");
  EXPECT_EQ(principal.extra, json({{"a", 1}}));
}

TEST(Authenticator, SkipsMethodsItDoesNotKnow) {
  Options options;
  options.anonymous = AnonymousOptions{};
  auto outcome =
      MakeAuthenticator(options)->OnHello("realm1", {{"authmethods", {"foo", "ticket", "anonymous"}}}, {});
  EXPECT_TRUE(std::holds_alternative<Principal>(outcome));
}

TEST(Authenticator, DeniesWhenNoOfferedMethodIsConfigured) {
  Options options;
  options.anonymous = AnonymousOptions{};
  auto outcome = MakeAuthenticator(options)->OnHello("realm1", {{"authmethods", {"ticket"}}}, {});
  EXPECT_EQ(std::get<Denial>(outcome).reason, "wamp.error.no_auth_method");
  EXPECT_EQ(std::get<Denial>(outcome).message, "no suitable authmethod found");
}

TEST(Authenticator, AnonymousProxyIsWhomTheProxyNames) {
  auto outcome = MakeAuthenticator(WithProxy())->OnHello("ignored", ProxyHello(), OverUnix());
  const auto& principal = std::get<Principal>(outcome);
  EXPECT_EQ(principal.realm, "realm1");
  EXPECT_EQ(principal.authid, "joe");
  EXPECT_EQ(principal.role, "user");
  EXPECT_EQ(principal.method, "anonymous-proxy");
  EXPECT_EQ(principal.extra, json({{"my", 1}}));
}

TEST(Authenticator, AnonymousProxyIsRefusedOverTcp) {
  auto outcome = MakeAuthenticator(WithProxy())->OnHello("realm1", ProxyHello(), {});
  EXPECT_EQ(std::get<Denial>(outcome).reason, "wamp.error.not_authorized");
}

TEST(Authenticator, AnonymousProxyNeedsAllThreeAttributes) {
  for (const char* key : {"proxy_realm", "proxy_authid", "proxy_authrole"}) {
    for (const json& bad : {json(), json(""), json(7)}) {
      json hello = ProxyHello();
      hello["authextra"][key] = bad;
      auto outcome = MakeAuthenticator(WithProxy())->OnHello("realm1", hello, OverUnix());
      ASSERT_TRUE(std::holds_alternative<Denial>(outcome)) << key << " = " << bad;
      EXPECT_NE(std::get<Denial>(outcome).message.find(key), std::string::npos);
    }
  }
  auto without =
      MakeAuthenticator(WithProxy())->OnHello("realm1", {{"authmethods", {"anonymous-proxy"}}}, OverUnix());
  EXPECT_TRUE(std::holds_alternative<Denial>(without));
}

Options WithTickets() {
  auto tickets = std::make_shared<TicketOptions>();
  tickets->principals["joe"] = {.ticket = "secret", .role = "user", .authid = {}, .realm = {}};
  tickets->principals["alias"] = {.ticket = "other", .role = "user", .authid = "real", .realm = "lobby"};
  tickets->principals["nobody"] = {.ticket = {}, .role = "user", .authid = {}, .realm = {}};
  Options options;
  options.ticket = std::move(tickets);
  return options;
}
json TicketHello(const json& authid) {
  return {{"authmethods", {"ticket"}}, {"authid", authid}, {"authextra", {{"my", 1}}}};
}

TEST(Authenticator, TicketChallengesAndAcceptsTheTicketOnly) {
  for (const auto& [authid, ticket] : {std::pair{"joe", "secret"}, std::pair{"alias", "other"}}) {
    const auto authenticator = MakeAuthenticator(WithTickets());
    const Outcome asked = authenticator->OnHello("realm1", TicketHello(authid), {});
    ASSERT_TRUE(std::holds_alternative<Challenge>(asked));
    EXPECT_EQ(std::get<Challenge>(asked).method, "ticket");
    EXPECT_EQ(std::get<Challenge>(asked).extra, json::object());
    const Outcome outcome = authenticator->OnAuthenticate(ticket, json::object());
    const auto& principal = std::get<Principal>(outcome);
    const bool is_alias = authid == std::string("alias");
    EXPECT_EQ(principal.authid, is_alias ? "real" : "joe");
    EXPECT_EQ(principal.realm, is_alias ? "lobby" : "realm1");
    EXPECT_EQ(principal.role, "user");
    EXPECT_EQ(principal.method, "ticket");
    EXPECT_EQ(principal.provider, "static");
    EXPECT_EQ(principal.extra, json({{"my", 1}}));
    EXPECT_EQ(std::get<Challenge>(asked).candidate.authid, principal.authid);
  }
}

TEST(Authenticator, TicketRefusesEverythingElseAndGivesOneTry) {
  const auto authenticator = MakeAuthenticator(WithTickets());
  for (const char* wrong : {"", "Secret", "secret ", "secre", "other"}) {
    ASSERT_TRUE(std::holds_alternative<Challenge>(authenticator->OnHello("realm1", TicketHello("joe"), {})));
    const Outcome outcome = authenticator->OnAuthenticate(wrong, json::object());
    EXPECT_EQ(std::get<Denial>(outcome).reason, "wamp.error.not_authorized");
    EXPECT_EQ(std::get<Denial>(outcome).message, "ticket in static WAMP-Ticket authentication is invalid");
    EXPECT_EQ(std::get<Denial>(outcome).method, "ticket");
    EXPECT_EQ(std::get<Denial>(authenticator->OnAuthenticate("secret", json::object())).reason,
              "wamp.error.protocol_violation");
  }
}

TEST(Authenticator, TicketKnowsNobodyButItsPrincipals) {
  for (const json& authid : {json("jim"), json(""), json(), json(7)}) {
    const Outcome outcome = MakeAuthenticator(WithTickets())->OnHello("realm1", TicketHello(authid), {});
    ASSERT_TRUE(std::holds_alternative<Denial>(outcome)) << authid;
    EXPECT_EQ(std::get<Denial>(outcome).reason, "wamp.error.not_authorized");
  }
  const auto without_ticket = MakeAuthenticator(WithTickets());
  ASSERT_TRUE(
      std::holds_alternative<Challenge>(without_ticket->OnHello("realm1", TicketHello("nobody"), {})));
  EXPECT_TRUE(std::holds_alternative<Denial>(without_ticket->OnAuthenticate("", json::object())));
}

TEST(AuthOptions, AreEqualIfTheirPrincipalsAre) {
  EXPECT_EQ(WithTickets(), WithTickets());
  EXPECT_FALSE(WithTickets() == Options{});
  Options other = WithTickets();
  auto changed = std::make_shared<TicketOptions>(*other.ticket);
  changed->principals["joe"].ticket = "another";
  other.ticket = changed;
  EXPECT_FALSE(WithTickets() == other);
}

}  // namespace
}  // namespace wampgate::auth
