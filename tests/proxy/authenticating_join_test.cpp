#include "proxy/proxy_fixture.hpp"

namespace wampgate::proxy::test {
namespace {

using testing::ElementsAre;

class AuthenticatingJoin : public ProxyTest {
 protected:
  AuthenticatingJoin() { UseRoutes({"a"}); }

  /// The ABORT that a client gets which says this.
  Json AbortFor(const Json& hello) {
    auto client = Connect();
    client.Say(hello);
    EXPECT_TRUE(RunUntilGone());
    EXPECT_TRUE(client.peer->closing);
    return client.Next();
  }
  static Json Abort(const std::string& uri, const std::string& message) {
    return Json::array({3, {{"message", message}}, uri});
  }
};

TEST_F(AuthenticatingJoin, JoinsTheBackendOnBehalfOfTheClient) {
  auto client = Connect();
  const Json roles = {{"caller", {{"features", {{"call_canceling", true}, {"x_new", true}}}}}};
  client.Say(Json::array(
      {1,
       "realm1",
       {{"roles", roles}, {"agent", "me"}, {"x_mine", 1}, {"authid", "joe"}, {"authextra", {{"my", 1}}}}}));
  const Json hello = Reached()->Next();
  EXPECT_EQ(hello[1], "realm1");
  const Json& details = hello[2];
  EXPECT_EQ(details["roles"], roles);
  EXPECT_EQ(details["agent"], "me");
  EXPECT_EQ(details["x_mine"], 1);
  EXPECT_EQ(details["authmethods"], Json::array({"anonymous-proxy"}));
  EXPECT_EQ(details["authid"], "node1");
  const Json& extra = details["authextra"];
  EXPECT_EQ(extra["pubkey"], "ab12");
  EXPECT_EQ(extra["proxy_realm"], "realm1");
  EXPECT_EQ(extra["proxy_authrole"], "anonymous");
  EXPECT_EQ(extra["proxy_authmethod"], "anonymous");
  EXPECT_EQ(extra["proxy_authprovider"], "static");
  EXPECT_FALSE(extra["proxy_authid"].get<std::string>().empty());
  const Json& transport = extra["proxy_authextra"]["transport"];
  EXPECT_EQ(transport["channel_type"], "tcp");
  EXPECT_EQ(transport["channel_framing"], "websocket");
  EXPECT_EQ(transport["channel_serializer"], "json");
  EXPECT_EQ(transport["peer"], "tcp4:127.0.0.1:4242");
  EXPECT_EQ(transport["websocket_protocol"], "wamp.2.json");
  EXPECT_EQ(transport["http_headers_received"]["cookie"], "secret");
  EXPECT_EQ(transport["is_server"], true);
  EXPECT_EQ(transport["own_fd"], -1);
  for (const char* key : {"own", "peer_cert", "http_cbtid"}) EXPECT_TRUE(transport.at(key).is_null()) << key;
}

TEST_F(AuthenticatingJoin, ReplacesATransportThatTheClientPutsIntoItsAuthextra) {
  settings_.auth = auth::Options{.anonymous = auth::AnonymousOptions{}};
  auto client = Connect();
  auto hello = ClientHello();
  hello[2]["authextra"] = {{"transport", "mine"}, {"my", 1}};
  client.Say(hello);
  const Json extra = Reached()->Next()[2]["authextra"]["proxy_authextra"];
  EXPECT_EQ(extra["transport"]["channel_framing"], "websocket");
}

TEST_F(AuthenticatingJoin, WelcomesWithTheBackendsRolesAndWithoutItsDetails) {
  auto client = Connect();
  client.Say(ClientHello());
  auto router = Reached();
  const Json backend_extra = router->Next()[2]["authextra"]["proxy_authextra"];
  auto welcome = RouterWelcome();
  welcome[2]["authmethod"] = "anonymous-proxy";
  welcome[2]["authextra"] = backend_extra;
  welcome[2]["authextra"]["x_cb_pid"] = 1;
  welcome[2]["authextra"]["theirs"] = 2;
  welcome[2]["x_cb_node"] = "n";
  welcome[2]["x_other"] = 3;
  router->Say(welcome);
  const Json got = client.Next();
  EXPECT_EQ(got[1], 4711);
  const Json& details = got[2];
  EXPECT_EQ(details["realm"], "realm1");
  EXPECT_EQ(details["authid"], "joe");
  EXPECT_EQ(details["authrole"], "anonymous");
  EXPECT_EQ(details["authmethod"], "anonymous");
  EXPECT_EQ(details["authprovider"], "static");
  EXPECT_EQ(details["roles"], welcome[2]["roles"]);
  EXPECT_EQ(details["x_other"], 3);
  EXPECT_FALSE(details.contains("x_cb_node"));
  EXPECT_EQ(details["authextra"], Json({{"theirs", 2}}));
}

TEST_F(AuthenticatingJoin, ExposesBackendDetailsWhenConfigured) {
  settings_.limits.expose_backend_details = true;
  auto client = Connect();
  client.Say(ClientHello());
  auto router = Reached();
  auto welcome = RouterWelcome();
  welcome[2]["authextra"] = router->Next()[2]["authextra"]["proxy_authextra"];
  welcome[2]["authextra"]["x_cb_pid"] = 1;
  router->Say(welcome);
  const Json extra = client.Next()[2]["authextra"];
  EXPECT_EQ(extra["x_cb_pid"], 1);
  EXPECT_EQ(extra["transport"]["peer"], "tcp4:127.0.0.1:4242");
  EXPECT_EQ(extra["x_cb_proxy_node"], "node1");
  EXPECT_EQ(extra["x_cb_proxy_worker"], "worker1");
  EXPECT_EQ(extra["x_cb_proxy_peer"], "tcp4:127.0.0.1:4242");
  EXPECT_TRUE(extra["x_cb_proxy_pid"].is_number());
}

TEST_F(AuthenticatingJoin, RefusesRealmsAndRolesWithoutRoute) {
  EXPECT_EQ(AbortFor(ClientHello("nosuchrealm")),
            Abort("wamp.error.no_such_realm", "no realm \"nosuchrealm\" exists on this router"));
  EXPECT_EQ(AbortFor(ClientHello(nullptr)), Abort("wamp.error.no_such_realm", "no realm assigned"));
  settings_.auth = auth::Options{.anonymous = auth::AnonymousOptions{.role = "guest"}};
  EXPECT_EQ(AbortFor(ClientHello()),
            Abort("wamp.error.no_such_role", "realm \"realm1\" has no role \"guest\""));
  EXPECT_EQ(Ends(EndReason::kNoSuchRealm), 2u);
  EXPECT_EQ(Ends(EndReason::kNoSuchRole), 1u);
}

TEST_F(AuthenticatingJoin, RefusesTheRoleAnonymousWithoutRouteLikeAnyOther) {
  RouteOptions routes;
  routes.realms["realm1"]["user"] = {{"a"}};
  settings_.routes = MakeRouteTable({routes}, pool_.AcquireAll({{"a", MakeBackend("a")}}));
  EXPECT_EQ(AbortFor(ClientHello()),
            Abort("wamp.error.no_such_role", "realm \"realm1\" has no role \"anonymous\""));
}

TEST_F(AuthenticatingJoin, GoesToNoBackendThatOperatorsHaveTakenOut) {
  UseRoutes({"a", "b"});
  pool_.Acquire(MakeBackend("a"))->SetDuty(Duty::kMaintenance);
  auto client = Connect();
  Join(client);
  EXPECT_EQ(dialer_.dialed, std::vector<std::string>{"b"});
  pool_.Acquire(MakeBackend("b"))->SetDuty(Duty::kDraining);
  auto refused = Connect();
  refused.Say(ClientHello());
  ASSERT_TRUE(wampgate::test::RunUntil(loop_, [&] { return refused.HasNext(); }));
  EXPECT_EQ(refused.Next()[1]["message"],
            "no backend of realm \"realm1\" could be reached: backend a is in maintenance; backend b drains");
  EXPECT_TRUE(wampgate::test::RunUntil(loop_, [&] { return Ends(EndReason::kBackendUnreachable) == 1u; }));
}

TEST_F(AuthenticatingJoin, RefusesMethodsThatAreNotConfigured) {
  settings_.auth = auth::Options{.anonymous = auth::AnonymousOptions{}};
  auto hello = ClientHello();
  hello[2]["authmethods"] = {"ticket"};
  EXPECT_EQ(AbortFor(hello), Abort("wamp.error.no_auth_method", "no suitable authmethod found"));
  EXPECT_EQ(Ends(EndReason::kAuthFailed), 1u);
}

TEST_F(AuthenticatingJoin, RelaysTheBackendsRefusal) {
  auto client = Connect();
  client.Say(ClientHello());
  auto router = Reached();
  router->Say(Abort("wamp.error.no_such_realm", "no such realm here"));
  EXPECT_EQ(client.Next(), Abort("wamp.error.no_such_realm", "no such realm here"));
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(Ends(EndReason::kBackendRefused), 1u);
}

TEST_F(AuthenticatingJoin, SaysThatItCannotAnswerAChallengeOfTheBackend) {
  auto client = Connect();
  client.Say(ClientHello());
  auto router = Reached();
  router->Next();
  router->Say(Json::array({4, "cryptosign", Json::object()}));
  EXPECT_EQ(router->Next()[0], 3);
  const Json abort = client.Next();
  EXPECT_EQ(abort[2], "wamp.error.authentication_failed");
  EXPECT_EQ(
      abort[1]["message"],
      "backend \"a\" asks this node for authentication by cryptosign; only anonymous-proxy is supported");
  EXPECT_TRUE(RunUntilGone());
}

struct BadHello {
  const char* name;
  const char* message;
  const char* uri;
  const char* text;
};

class RejectedHello : public AuthenticatingJoin, public testing::WithParamInterface<BadHello> {};

TEST_P(RejectedHello, EndsInAbortAndClose1002) {
  auto client = Connect();
  client.peer->Deliver(GetParam().message);
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(client.Next(), Abort(GetParam().uri, GetParam().text));
  EXPECT_EQ(client.peer->close_code, 1002);
  EXPECT_EQ(Ends(EndReason::kProtocolViolation), 1u);
}

constexpr const char* kViolation = "wamp.error.protocol_violation";
INSTANTIATE_TEST_SUITE_P(
    Rows, RejectedHello,
    testing::Values(BadHello{"NoRoles", R"([1,"realm1",{}])", kViolation,
                             "missing mandatory roles attribute in options in HELLO"},
                    BadHello{"EmptyRoles", R"([1,"realm1",{"roles":{}}])", kViolation,
                             "empty 'roles' in 'details' in HELLO"},
                    BadHello{"UnknownRole", R"([1,"realm1",{"roles":{"broker":{}}}])", kViolation,
                             "invalid role 'broker' in 'roles' in 'details' in HELLO"},
                    BadHello{"RoleIsNoDictionary", R"([1,"realm1",{"roles":{"caller":1}}])", kViolation,
                             "role 'caller' in HELLO is not a dictionary"},
                    BadHello{"AuthmethodsAreNoList",
                             R"([1,"realm1",{"roles":{"caller":{}},"authmethods":"x"}])", kViolation,
                             "'authmethods' in HELLO is not a list of strings"},
                    BadHello{"AuthextraIsNoDictionary",
                             R"([1,"realm1",{"roles":{"caller":{}},"authextra":[]}])", kViolation,
                             "'authextra' in HELLO is not a dictionary"},
                    BadHello{"RealmIsANumber", R"([1,7,{"roles":{"caller":{}}}])", kViolation,
                             "realm in HELLO is not a string"},
                    BadHello{"TooShort", R"([1,"realm1"])", kViolation, "HELLO has 2 elements instead of 3"},
                    BadHello{"DetailsAreAList", R"([1,"realm1",[]])", kViolation,
                             "details in HELLO are not a dictionary"},
                    BadHello{"RealmIsNoUri", R"([1,"bad realm",{"roles":{"caller":{}}}])",
                             "wamp.error.invalid_uri", "realm \"bad realm\" in HELLO is not a URI"},
                    BadHello{"UnknownType", "[99]", kViolation, "invalid WAMP message type 99"},
                    BadHello{"EmptyList", "[]", kViolation, "missing message type in WAMP message"},
                    BadHello{"NoList", "{}", kViolation, "WAMP message is not a list"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace wampgate::proxy::test
