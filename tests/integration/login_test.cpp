#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "integration/edge_node.hpp"

/// Static ticket authentication (spec 5.5.2) on every transport.
namespace wampgate::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSecret = "correct horse battery staple";
const std::string kNotAuthorized = "wamp.error.not_authorized";

json TicketAuth() {
  return {{"ticket",
           {{"type", "static"},
            {"principals",
             {{"joe", {{"ticket", kSecret}, {"role", "user"}}},
              {"alias", {{"ticket", "a"}, {"role", "user"}, {"authid", "real"}, {"realm", "realm1"}}},
              {"roleless", {{"ticket", "b"}}},
              {"stranger", {{"ticket", "c"}, {"role", "nobody"}}},
              {"env", {{"ticket", "${WAMPGATE_TEST_TICKET}"}, {"role", "user"}}},
              {"unset", {{"ticket", "${WAMPGATE_TEST_NO_TICKET}"}, {"role", "user"}}}}}}},
          {"anonymous", {{"type", "static"}, {"role", "guest"}}}};
}

class TicketLogin : public EdgeNode {
 protected:
  void SetUp() override {
    setenv("WAMPGATE_TEST_TICKET", "from the environment", 1);
    unsetenv("WAMPGATE_TEST_NO_TICKET");
    EdgeNode::SetUp();
  }
  json Worker() override {
    const json ws = {{"type", "websocket"}, {"auth", TicketAuth()}};
    json bare = ws, raw = {{"type", "rawsocket"}, {"auth", TicketAuth()}};
    bare.update({{"id", "bare"}, {"endpoint", LoopbackEndpoint()}});
    raw.update({{"id", "raw"}, {"endpoint", LoopbackEndpoint()}});
    return {{"type", "proxy"},
            {"id", "edge"},
            {"limits", {{"authenticate_timeout", 3000}}},
            {"options", {{"env", {{"inherit", false}}}}},
            {"connections", {{"router", {{"transport", StubBackend()}}}}},
            {"routes", {{"realm1", {{"user", "router"}, {"guest", "router"}}}}},
            {"transports",
             {{{"type", "web"}, {"id", "web"}, {"endpoint", LoopbackEndpoint()}, {"paths", {{"ws", ws}}}},
              bare,
              raw,
              {{"type", "universal"},
               {"id", "all"},
               {"endpoint", LoopbackEndpoint()},
               {"rawsocket", {{"auth", TicketAuth()}}},
               {"websocket", {{"ws", ws}}}}}}};
  }
  static json Hello(const json& authid, const json& methods = {"ticket"}, const json& realm = "realm1") {
    json details = {{"roles", {{"caller", json::object()}}}, {"authmethods", methods}};
    if (!authid.is_null()) details["authid"] = authid;
    return {1, realm, details};
  }
  static json Ask(WampClient& client, const json& message) {
    client.Send(message);
    return client.Receive();
  }
  /// What the client gets for its HELLO and, if that is CHALLENGE, for this ticket.
  static json LogIn(WampClient& client, const json& hello, const std::string& ticket) {
    const json answer = Ask(client, hello);
    if (!answer.is_array() || answer.at(0) != 4) return answer;
    EXPECT_EQ(answer, json({4, "ticket", json::object()}));
    return Ask(client, {5, ticket, json::object()});
  }
  json LogIn(const json& hello, const std::string& ticket) {
    const auto client = Client();
    const json answer = LogIn(*client, hello, ticket);
    if (answer.is_array() && answer.at(0) == 3)
      EXPECT_TRUE(client->AwaitEnd()) << "ABORT ends the connection";
    return answer;
  }
  /// What the router was told of the last client.
  json LastExtra() const {
    json extra;
    for (const json& message : router_->messages()) {
      if (message.at(0) == 1) extra = message.at(2).at("authextra");
    }
    return extra;
  }
  static json Abort(const std::string& uri, const std::string& message) {
    return {3, {{"message", message}}, uri};
  }
};

const json kInvalid = {
    3, {{"message", "ticket in static WAMP-Ticket authentication is invalid"}}, "wamp.error.not_authorized"};

TEST_F(TicketLogin, LetsInWhoHasTheTicketOnEveryTransportInEverySerializer) {
  using wamp::Serializer;
  for (const Serializer serializer : {Serializer::kJson, Serializer::kMsgpack, Serializer::kCbor}) {
    std::vector<std::unique_ptr<WampClient>> clients;
    clients.push_back(WampClient::WebSocket({Port("web")}, "/ws", serializer));
    clients.push_back(WampClient::WebSocket({Port("bare")}, "/", serializer));
    clients.push_back(WampClient::RawSocket({Port("raw")}, serializer));
    clients.push_back(WampClient::WebSocket({Port("all")}, "/ws", serializer));
    clients.push_back(WampClient::RawSocket({Port("all")}, serializer));
    for (const auto& client : clients) {
      const json welcome = LogIn(*client, Hello("joe"), kSecret);
      ASSERT_TRUE(welcome.is_array());
      ASSERT_EQ(welcome.at(0), 2) << welcome;
      EXPECT_EQ(welcome.at(2).at("authmethod"), "ticket");
      EXPECT_EQ(welcome.at(2).at("authprovider"), "static");
      EXPECT_TRUE(Echoes(*client, 1));
    }
    for (auto& refused : {WampClient::RawSocket({Port("raw")}, serializer).release(),
                          WampClient::WebSocket({Port("all")}, "/ws", serializer).release()}) {
      const std::unique_ptr<WampClient> client(refused);
      EXPECT_EQ(LogIn(*client, Hello("joe"), "wrong"), kInvalid);
      EXPECT_TRUE(client->AwaitEnd());
    }
  }
}

TEST_F(TicketLogin, TellsTheRouterWhoTheClientIsAndNothingOfTheTicket) {
  auto client = Client();
  json hello = Hello("joe");
  hello[2]["authextra"] = {{"mine", 1}};
  ASSERT_EQ(LogIn(*client, hello, kSecret).at(0), 2);
  const json told = router_->messages().front();
  const json& extra = told.at(2).at("authextra");
  EXPECT_EQ(extra.at("proxy_realm"), "realm1");
  EXPECT_EQ(extra.at("proxy_authid"), "joe");
  EXPECT_EQ(extra.at("proxy_authrole"), "user");
  EXPECT_EQ(extra.at("proxy_authmethod"), "ticket");
  EXPECT_EQ(extra.at("proxy_authprovider"), "static");
  EXPECT_EQ(extra.at("proxy_authextra").at("mine"), 1);
  EXPECT_THAT(told.dump(), Not(HasSubstr(kSecret)));

  ASSERT_EQ(LogIn(Hello("alias", {"ticket"}, "another"), "a").at(0), 2)
      << "authid and realm of the principal";
  const json other = LastExtra();
  EXPECT_EQ(other.at("proxy_authid"), "real");
  EXPECT_EQ(other.at("proxy_realm"), "realm1");
}

TEST_F(TicketLogin, SaysWhyItTurnsSomebodyAway) {
  for (const std::string& wrong : {std::string(), std::string("Correct horse battery staple"),
                                   std::string(kSecret) + " ", std::string(100'000, 'x')}) {
    EXPECT_EQ(LogIn(Hello("joe"), wrong), kInvalid);
  }
  EXPECT_EQ(LogIn(Hello("jim"), kSecret), Abort(kNotAuthorized, "no principal with authid \"jim\" exists"));
  EXPECT_EQ(LogIn(Hello(nullptr), kSecret), Abort(kNotAuthorized, "no principal with authid \"\" exists"));
  EXPECT_EQ(LogIn(Hello("roleless"), "b"), Abort("wamp.error.no_such_role", "no authrole assigned"));
  EXPECT_EQ(LogIn(Hello("stranger"), "c"),
            Abort("wamp.error.no_such_role", "realm \"realm1\" has no role \"nobody\""));
  EXPECT_EQ(LogIn(Hello("joe", {"ticket"}, "realm2"), kSecret),
            Abort("wamp.error.no_such_realm", "no realm \"realm2\" exists on this router"));
  EXPECT_EQ(LogIn(Hello("joe", {"ticket"}, nullptr), kSecret),
            Abort("wamp.error.no_such_realm", "no realm assigned"));
}

TEST_F(TicketLogin, TheFirstOfTheClientsMethodsThatIsConfiguredDecides) {
  const auto role_of = [this](const json& methods) {
    const json answer = LogIn(Hello("joe", methods), kSecret);
    return answer.is_array() && answer.at(0) == 2 ? LastExtra().at("proxy_authrole") : answer;
  };
  EXPECT_EQ(role_of({"ticket", "anonymous"}), "user");
  EXPECT_EQ(role_of({"anonymous", "ticket"}), "guest");
  EXPECT_EQ(role_of({"wampcra", "unheard_of", "ticket"}), "user");
  EXPECT_EQ(role_of(json::array()), "guest");
  EXPECT_EQ(role_of({"wampcra"}), Abort("wamp.error.no_auth_method", "no suitable authmethod found"));
  EXPECT_EQ(LogIn(Hello("joe", {"ticket", "anonymous"}), "wrong"), kInvalid)
      << "no other method after a refusal";
}

TEST_F(TicketLogin, MalformedAndUntimelyMessagesAreViolations) {
  const json bad[] = {{5},
                      {5, kSecret},
                      {5, 7, json::object()},
                      {5, nullptr, json::object()},
                      {5, kSecret, json::array()},
                      {5, kSecret, json::object(), 1},
                      Hello("joe"),
                      {48, 1, json::object(), "com.example.echo"}};
  for (const json& message : bad) {
    auto client = Client();
    ASSERT_EQ(Ask(*client, Hello("joe")).at(0), 4);
    const json answer = Ask(*client, message);
    EXPECT_EQ(answer.at(0), 3) << message;
    EXPECT_EQ(answer.at(2), "wamp.error.protocol_violation") << message;
    EXPECT_TRUE(client->AwaitEnd()) << message;
  }
  auto early = Client();
  EXPECT_EQ(Ask(*early, {5, kSecret, json::object()}).at(2), "wamp.error.protocol_violation");
  auto twice = Client();
  ASSERT_EQ(LogIn(*twice, Hello("joe"), kSecret).at(0), 2);
  EXPECT_EQ(Ask(*twice, {5, kSecret, json::object()}).at(2), "wamp.error.protocol_violation");
}

TEST_F(TicketLogin, WhoDoesNotAnswerInTimeIsTurnedAway) {
  auto client = Client();
  ASSERT_EQ(Ask(*client, Hello("joe")).at(0), 4);
  const json abort = client->Receive();
  ASSERT_TRUE(abort.is_array());
  EXPECT_EQ(abort.at(0), 3);
  EXPECT_THAT(abort.at(1).at("message"), HasSubstr("no AUTHENTICATE within 3000ms"));
  EXPECT_TRUE(client->AwaitEnd());
}

TEST_F(TicketLogin, TicketsComeFromTheEnvironmentOfTheNode) {
  EXPECT_EQ(LogIn(Hello("env"), "from the environment").at(0), 2);
  EXPECT_EQ(LogIn(Hello("env"), "${WAMPGATE_TEST_TICKET}"), kInvalid);
  EXPECT_EQ(LogIn(Hello("unset"), "${WAMPGATE_TEST_NO_TICKET}"), kInvalid);
  EXPECT_EQ(LogIn(Hello("unset"), ""), kInvalid);
}

TEST_F(TicketLogin, PrincipalsChangeForThoseWhoComeAndSecretsStayHidden) {
  auto before = Client();
  ASSERT_EQ(LogIn(*before, Hello("joe"), kSecret).at(0), 2);
  const CtlResult exported = Ctl(node_, {"export"});
  EXPECT_EQ(exported.exit_code, 0) << exported.err;
  EXPECT_THAT(exported.out, HasSubstr("<secret:"));
  EXPECT_THAT(exported.out, Not(HasSubstr(kSecret)));
  const CtlResult same = Ctl(node_, {"apply", "-f", WriteFile(node_, "same.yaml", exported.out)});
  EXPECT_EQ(same.exit_code, 0) << same.err;
  EXPECT_THAT(same.out, HasSubstr("no change"));

  json path = {{"type", "websocket"}, {"auth", TicketAuth()}};
  json& principals = path["auth"]["ticket"]["principals"];
  principals["joe"]["ticket"] = "changed";
  principals["new"] = {{"ticket", "n"}, {"role", "user"}};
  principals.erase("env");
  const CtlResult update = Ctl(node_, {"path", "update", "edge/web/ws", "-f", "-"}, path.dump());
  EXPECT_EQ(update.exit_code, 0) << update.err;
  EXPECT_THAT(update.out, Not(HasSubstr("changed\"")));
  EXPECT_TRUE(Echoes(*before, 5)) << "who is in stays";
  EXPECT_EQ(LogIn(Hello("joe"), kSecret), kInvalid);
  EXPECT_EQ(LogIn(Hello("joe"), "changed").at(0), 2);
  EXPECT_EQ(LogIn(Hello("new"), "n").at(0), 2);
  EXPECT_EQ(LogIn(Hello("env"), "from the environment").at(2), kNotAuthorized);
  EXPECT_THAT(node_.log(), Not(HasSubstr(kSecret)));
}

}  // namespace
}  // namespace wampgate::test
