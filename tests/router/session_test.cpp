#include <gmock/gmock.h>

#include "base/log.hpp"
#include "router_fixture.hpp"
#include "support/run_until.hpp"

namespace wampgate::router {
namespace {

using nlohmann::json;
using RouterSession = RouterTest;

json Hello(const std::string& realm) {
  return {1, realm, {{"roles", {{"caller", json::object()}}}}};
}

TEST_F(RouterSession, WelcomeSaysWhoTheClientIsAndNothingOfTheProcess) {
  auto client = NewClient();
  const json& details = client->welcome[2];
  EXPECT_EQ(details["realm"], "realm1");
  EXPECT_EQ(details["authrole"], "anonymous");
  EXPECT_TRUE(details["roles"]["dealer"]["features"]["progressive_call_results"]);
  EXPECT_FALSE(details.contains("x_cb_pid"));
}

TEST_F(RouterSession, RefusesUnknownRealmsAndRoles) {
  Client client(acceptor, wamp::Serializer::kJson);
  const json abort = client.Ask(Hello("nosuch"));
  EXPECT_EQ(
      abort,
      json({3, {{"message", "no realm \"nosuch\" exists on this router"}}, "wamp.error.no_such_realm"}));
  EXPECT_TRUE(client.peer().closing);

  Acceptor other(
      router,
      {.auth = auth::Options{.anonymous = auth::AnonymousOptions{.role = "nobody", .authid = {}, .realm = {}},
                             .anonymous_proxy = false},
       .hello_timeout = std::chrono::seconds(10)});
  Client roleless(other, wamp::Serializer::kJson);
  EXPECT_EQ(roleless.Ask(Hello("realm1"))[2], "wamp.error.no_such_role");
}

TEST_F(RouterSession, TheLogLineOfItsEndHasTheFieldsOfAProxiedSession) {
  auto client = NewClient();
  log::SetLevel(log::Level::kInfo);
  ::testing::internal::CaptureStderr();
  client->Send({6, json::object(), "wamp.close.normal"});
  client->peer().Finish();
  const std::string lines = ::testing::internal::GetCapturedStderr();
  log::SetLevel(log::Level::kWarning);
  EXPECT_THAT(lines, ::testing::ContainsRegex(
                         "session ended transport=[^ ]* peer=[^ ]* session=[0-9]+ realm=realm1 authid=[^ ]+ "
                         "role=anonymous backend=\"\" reason=client_goodbye detail=[^ ]* duration_ms=[0-9]+ "
                         "messages_in=[0-9]+ messages_out=[0-9]+ octets_in=[0-9]+ octets_out=[0-9]+"));
}

TEST_F(RouterSession, AsksForTheTicketAndLetsInWhoHasIt) {
  auto tickets = std::make_shared<auth::TicketOptions>();
  tickets->principals["joe"] = {.ticket = "secret", .role = "anonymous", .authid = {}, .realm = {}};
  tickets->principals["jim"] = {.ticket = "secret", .role = "nobody", .authid = {}, .realm = {}};
  auth::Options options;
  options.ticket = tickets;
  Acceptor with_tickets(router, {.auth = options});
  const auto hello = [](const char* authid) {
    json message = Hello("realm1");
    message[2].update({{"authmethods", {"ticket"}}, {"authid", authid}});
    return message;
  };
  Client joe(with_tickets, wamp::Serializer::kJson);
  EXPECT_EQ(joe.Ask(hello("joe")), json({4, "ticket", json::object()}));
  const json welcome = joe.Ask({5, "secret", json::object()});
  EXPECT_EQ(welcome[0], 2) << welcome;
  EXPECT_EQ(welcome[2]["authid"], "joe");
  EXPECT_EQ(welcome[2]["authmethod"], "ticket");

  Client liar(with_tickets, wamp::Serializer::kJson);
  liar.Ask(hello("joe"));
  EXPECT_EQ(liar.Ask({5, "wrong", json::object()})[2], "wamp.error.not_authorized");
  EXPECT_TRUE(liar.peer().closing);
  Client roleless(with_tickets, wamp::Serializer::kJson);
  EXPECT_EQ(roleless.Ask(hello("jim"))[2], "wamp.error.no_such_role") << "before it is asked for its ticket";
  for (const json& malformed : {json({5}), json({5, 7, json::object()}), json({5, "secret", 1})}) {
    Client client(with_tickets, wamp::Serializer::kJson);
    client.Ask(hello("joe"));
    EXPECT_EQ(client.Ask(malformed)[2], "wamp.error.protocol_violation") << malformed;
  }
}

TEST_F(RouterSession, AnythingBeforeHelloIsAViolation) {
  Client client(acceptor, wamp::Serializer::kJson);
  EXPECT_EQ(client.Ask({48, 1, json::object(), "com.a"})[2], "wamp.error.protocol_violation");
  EXPECT_EQ(client.peer().close_code, 1002);
  EXPECT_EQ(client.peer().close_reason, "WAMP Protocol Error (CALL in state wait_hello)");
}

TEST_F(RouterSession, ASecondHelloIsAViolation) {
  auto client = NewClient();
  EXPECT_EQ(client->Ask(Hello("realm1"))[2], "wamp.error.protocol_violation");
}

TEST_F(RouterSession, MalformedMessagesEndTheSessionWithTheReason) {
  const char* const bad[] = {"nojson",
                             "{}",
                             "[]",
                             "[99]",
                             "[48]",
                             R"([48,1,{},"com.a",{}])",
                             R"([48,1,[],"com.a"])",
                             R"([48,-1,{},"com.a"])",
                             R"([48,1,{},7])",
                             R"([2,1,{}])",
                             R"([8,48,1,{},"com.e"])"};
  for (const char* text : bad) {
    auto client = NewClient();
    client->peer().Deliver(MessageKind::kText, text);
    const json abort = client->Next();
    EXPECT_EQ(abort[2], "wamp.error.protocol_violation") << text;
    EXPECT_FALSE(abort[1]["message"].get<std::string>().empty()) << text;
    EXPECT_TRUE(client->peer().closing) << text;
  }
}

TEST_F(RouterSession, GoodbyeIsAnsweredAndTheConnectionClosed) {
  auto client = NewClient();
  EXPECT_EQ(client->Ask({6, json::object(), "wamp.close.close_realm"}),
            json({6, json::object(), "wamp.close.goodbye_and_out"}));
  EXPECT_EQ(client->peer().close_code, 1000);
}

TEST_F(RouterSession, ShutdownSaysGoodbyeAndCloses1001) {
  auto client = NewClient();
  sessions.ForEach([](wamp::Session& session) { session.End(EndReason::kShutdown); });
  EXPECT_EQ(client->Next(), json({6, json::object(), "wamp.close.system_shutdown"}));
  EXPECT_EQ(client->peer().close_code, 1001);
  client->peer().Finish();
  EXPECT_EQ(sessions.size(), 0u);
}

TEST_F(RouterSession, ARemovedRealmEndsItsSessionsAndNoOthers) {
  auto stays = NewClient();
  realms.push_back({.name = "realm2", .roles = realms[0].roles});
  router.SetRealms(realms);
  Client goes(acceptor, wamp::Serializer::kJson);
  ASSERT_EQ(goes.Ask(Hello("realm2"))[0], 2);
  realms.pop_back();
  router.SetRealms(realms);
  EXPECT_EQ(goes.Next()[0], 6);
  EXPECT_FALSE(stays->peer().closing);
  EXPECT_EQ(stays->Next(), nullptr);
}

TEST_F(RouterSession, ChangedPermissionsHoldForLiveSessions) {
  auto client = NewClient();
  realms[0].roles[0].permissions.clear();
  router.SetRealms(realms);
  EXPECT_EQ(client->Ask({32, 1, json::object(), "com.topic"})[4], "wamp.error.not_authorized");
}

TEST_F(RouterSession, AProxyOverAUnixSocketSpeaksForItsClient) {
  Acceptor proxies(router, {.auth = auth::Options{.anonymous = std::nullopt, .anonymous_proxy = true},
                            .hello_timeout = std::chrono::seconds(10)});
  wamp::TransportDetails details;
  details.is_unix = true;
  Client proxy(proxies, wamp::Serializer::kCbor, details);
  const json extra = {{"proxy_realm", "realm1"},
                      {"proxy_authid", "joe"},
                      {"proxy_authrole", "anonymous"},
                      {"proxy_authextra", {{"my", 1}, {"transport", {{"peer", "tcp4:1.2.3.4:5"}}}}}};
  const json welcome = proxy.Ask({1,
                                  "realm1",
                                  {{"roles", {{"caller", json::object()}}},
                                   {"authmethods", {"anonymous-proxy"}},
                                   {"authextra", extra}}});
  ASSERT_EQ(welcome[0], 2) << welcome;
  EXPECT_EQ(welcome[2]["authid"], "joe");
  EXPECT_EQ(welcome[2]["x_cb_node"], "node1");
  EXPECT_EQ(welcome[2]["authextra"]["my"], 1);
  EXPECT_FALSE(welcome[2]["authextra"].contains("transport"));
}

TEST_F(RouterSession, ASubscriberThatDoesNotReadIsDroppedAndNobodyElse) {
  auto slow = NewClient(), quick = NewClient(), publisher = NewClient();
  slow->Ask({32, 1, json::object(), "com.topic"});
  quick->Ask({32, 1, json::object(), "com.topic"});
  slow->peer().pending = 65 * 1024 * 1024;
  EXPECT_EQ(publisher->Ask({16, 2, {{"acknowledge", true}}, "com.topic"})[0], 17);
  EXPECT_TRUE(slow->peer().aborted);
  EXPECT_EQ(quick->Next()[0], 36);
  EXPECT_FALSE(quick->peer().aborted);
}

TEST_F(RouterSession, ASubscriberThatTakesNothingForTooLongIsDroppedThoughLittleWaits) {
  Acceptor strict(router, {.auth = {}, .slow_consumer_timeout = std::chrono::milliseconds(50)});
  Client slow(strict, wamp::Serializer::kJson);
  slow.Join();
  slow.Ask({32, 1, json::object(), "com.topic"});
  auto publisher = NewClient();
  slow.peer().pending = MessageChannel::kHighWatermark + 1;
  publisher->Send({16, 2, json::object(), "com.topic"});
  EXPECT_FALSE(slow.peer().aborted);
  EXPECT_TRUE(test::RunUntil(loop, [&] { return slow.peer().aborted; }));
}

TEST_F(RouterSession, ClientsAboveTheLimitAreTurnedAway) {
  auto first = NewClient();
  Acceptor full(router, {.auth = {}, .max_sessions = 1});
  Client second(full, wamp::Serializer::kJson);
  EXPECT_EQ(second.Next(), json({3, {{"message", "too many sessions"}}, "wamp.error.unavailable"}));
  EXPECT_EQ(second.peer().close_code, 1013);
}

TEST_F(RouterSession, ChecksTheDetailsOfHelloLikeTheProxy) {
  const char* const bad[] = {R"([1,"realm1",{}])", R"([1,"realm1",{"roles":{"broker":{}}}])",
                             R"([1,"realm1",{"roles":{"caller":1}}])",
                             R"([1,"realm1",{"roles":{"caller":{}},"authmethods":"anonymous"}])",
                             R"([1,"realm1",{"roles":{"caller":{}},"authextra":[]}])"};
  for (const char* text : bad) {
    Client client(acceptor, wamp::Serializer::kJson);
    client.peer().Deliver(MessageKind::kText, text);
    EXPECT_EQ(client.Next()[2], "wamp.error.protocol_violation") << text;
    EXPECT_EQ(client.peer().close_code, 1002) << text;
  }
}

}  // namespace
}  // namespace wampgate::router
