#include "proxy/proxy_fixture.hpp"

namespace wampgate::proxy::test {
namespace {

using Behaviour = FakeDialer::Behaviour;
using testing::ElementsAre;
using wampgate::test::RunUntil;

class TransparentJoin : public ProxyTest {
 protected:
  TransparentJoin() { UseTransparent({"a"}); }
};

TEST_F(TransparentJoin, ForwardsHelloAsItsOwnOctetsAndWelcomeToo) {
  auto client = Connect();
  const std::string hello = R"([1, "realm1", {"x_mine":1, "roles":{"caller":{}},"agent":"me"}])";
  client.peer->Deliver(hello);
  auto router = Reached();
  EXPECT_THAT(router->peer->sent, ElementsAre(hello));
  const std::string welcome =
      R"([2,77,{"realm":"realm1", "roles":{"broker":{}},"authid":"joe","x_cb_pid":9}])";
  router->peer->Deliver(welcome);
  EXPECT_THAT(client.peer->sent, ElementsAre(welcome));
  registry_.ForEach([](wamp::Session& session) {
    EXPECT_EQ(session.id(), 77u);
    EXPECT_EQ(session.realm(), "realm1");
    EXPECT_TRUE(session.details().http_headers.empty());
  });
}

TEST_F(TransparentJoin, TranscodesHelloAndWelcomeWhenTheSerializersDiffer) {
  dialer_.serializers["a"] = Serializer::kCbor;
  auto client = Connect();
  client.Say(ClientHello());
  auto router = Reached();
  EXPECT_EQ(router->Next(), ClientHello());
  router->Say(RouterWelcome());
  EXPECT_EQ(client.Next(), RouterWelcome());
}

TEST_F(TransparentJoin, AsksTheDialerForTheClientsSerializer) {
  auto client = Connect(Serializer::kMsgpack);
  client.Say(ClientHello());
  Reached();
  EXPECT_EQ(dialer_.preferred, Serializer::kMsgpack);
}

TEST_F(TransparentJoin, PassesChallengeAndAuthenticate) {
  auto client = Connect();
  client.Say(ClientHello());
  auto router = Reached();
  router->Next();
  const auto challenge = Json::array({4, "ticket", {{"hint", 1}}});
  router->Say(challenge);
  EXPECT_EQ(client.Next(), challenge);
  const auto answer = Json::array({5, "secret", Json::object()});
  client.Say(answer);
  EXPECT_EQ(router->Next(), answer);
  router->Say(RouterWelcome());
  EXPECT_EQ(client.Next(), RouterWelcome());
}

TEST_F(TransparentJoin, PassesTheRoutersAbortAsItIsAndClosesBoth) {
  auto client = Connect();
  client.Say(ClientHello());
  auto router = Reached();
  const auto abort = Json::array({3, {{"message", "no"}, {"x_more", 1}}, "wamp.error.not_authorized", {1}});
  router->Say(abort);
  EXPECT_EQ(client.Next(), abort);
  EXPECT_EQ(client.peer->close_code, 1008);
  EXPECT_TRUE(RunUntilGone());
  EXPECT_TRUE(router->peer->closing);
  EXPECT_EQ(Ends(EndReason::kBackendRefused), 1u);
}

TEST_F(TransparentJoin, RefusesARealmWithoutBackendWhenThereIsNoDefault) {
  auto client = Connect();
  client.Say(ClientHello("other"));
  EXPECT_EQ(client.Next(),
            Json::array({3,
                         {{"message", "No backend for realm 'other' (and no default backend)"}},
                         "wamp.error.no_such_realm"}));
  EXPECT_EQ(client.peer->close_code, 1008);
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(Ends(EndReason::kNoSuchRealm), 1u);
}

TEST_F(TransparentJoin, TakesTheDefaultBackendForAnyOtherRealmAndForNull) {
  TransparentOptions options;
  options.fallback = {MakeBackend("d")};
  settings_.routes = MakeTransparentRoutes(options, pool_);
  for (const Json& realm : {Json("x"), Json(nullptr)}) {
    auto client = Connect();
    client.Say(ClientHello(realm));
  }
  Reached(2);
  EXPECT_THAT(dialer_.dialed, ElementsAre("d", "d"));
}

TEST_F(TransparentJoin, SkipsABackendThatCannotBeReachedBeforeTheClientNotices) {
  UseTransparent({"a", "b"});
  dialer_.behaviours["a"] = Behaviour::kRefuses;
  auto client = Connect();
  Join(client);
  EXPECT_THAT(dialer_.dialed, ElementsAre("a", "b"));
  auto second = Connect();
  Join(second);
  auto third = Connect();
  Join(third);
  EXPECT_THAT(dialer_.dialed, ElementsAre("a", "b", "b", "b")) << "a is known to be down";
}

TEST_F(TransparentJoin, SaysWhichBackendsFailedAndHow) {
  UseTransparent({"a", "b"});
  dialer_.behaviours["a"] = dialer_.behaviours["b"] = Behaviour::kRefuses;
  auto client = Connect();
  client.Say(ClientHello());
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(
      client.Next(),
      Json::array({3,
                   {{"message",
                     "no backend of realm \"realm1\" could be reached: unix:/run/a.sock: connection refused; "
                     "unix:/run/b.sock: connection refused"}},
                   "wamp.error.unavailable"}));
  EXPECT_EQ(client.peer->close_code, 1013);
  EXPECT_EQ(Ends(EndReason::kBackendUnreachable), 1u);
}

TEST_F(TransparentJoin, TriesTheNextBackendWhenOneGoesAwayWithoutAWord) {
  UseTransparent({"a", "b"});
  auto client = Connect();
  client.Say(ClientHello());
  auto first = Reached();
  first->peer->End(ChannelEnd::Cause::kLost);
  auto second = Reached(2);
  EXPECT_EQ(second->Next(), ClientHello());
  second->Say(RouterWelcome());
  EXPECT_EQ(client.Next(), RouterWelcome());
  RunUntil(loop_, [&] { return !first->peer->alive; });
  EXPECT_FALSE(first->peer->alive);
}

TEST_F(TransparentJoin, AbortsWhenTheBackendGoesAwayAfterItHasAnswered) {
  UseTransparent({"a", "b"});
  auto client = Connect();
  client.Say(ClientHello());
  auto router = Reached();
  router->Say(Json::array({4, "ticket", Json::object()}));
  client.Next();
  router->peer->End(ChannelEnd::Cause::kLost);
  EXPECT_EQ(client.Next()[2], "wamp.error.unavailable");
  EXPECT_EQ(client.peer->close_code, 1012);
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(Ends(EndReason::kBackendLost), 1u);
}

TEST_F(TransparentJoin, GivesASilentBackendItsShareOfTheJoinTimeout) {
  TransparentOptions options;
  options.by_realm["realm1"] = {MakeBackend("a"), MakeBackend("b")};
  for (auto& backend : options.by_realm["realm1"]) backend.join_timeout = std::chrono::milliseconds(500);
  settings_.routes = MakeTransparentRoutes(options, pool_);
  dialer_.behaviours["a"] = Behaviour::kNeverAnswers;
  auto client = Connect();
  Join(client);
  EXPECT_THAT(dialer_.dialed, ElementsAre("a", "b"));
}

TEST_F(TransparentJoin, EndsAfterTheJoinTimeoutWhenHelloIsNotAnswered) {
  TransparentOptions options;
  options.by_realm["realm1"] = {MakeBackend("a")};
  options.by_realm["realm1"][0].join_timeout = std::chrono::milliseconds(100);
  settings_.routes = MakeTransparentRoutes(options, pool_);
  auto client = Connect();
  client.Say(ClientHello());
  Reached();
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(client.Next(),
            Json::array({3,
                         {{"message", "backend unix:/run/a.sock did not answer HELLO in time"}},
                         "wamp.error.unavailable"}));
  EXPECT_EQ(client.peer->close_code, 1013);
  EXPECT_EQ(Ends(EndReason::kJoinTimeout), 1u);
}

TEST_F(TransparentJoin, EndsWhenNoBackendCanBeConnectedInTime) {
  TransparentOptions options;
  options.by_realm["realm1"] = {MakeBackend("a")};
  options.by_realm["realm1"][0].join_timeout = std::chrono::milliseconds(200);
  settings_.routes = MakeTransparentRoutes(options, pool_);
  dialer_.behaviours["a"] = Behaviour::kNeverAnswers;
  auto client = Connect();
  client.Say(ClientHello());
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(client.Next()[1]["message"],
            "no backend of realm \"realm1\" could be reached: unix:/run/a.sock: no connection in time");
}

TEST_F(TransparentJoin, CancelsTheSearchWhenTheClientGoes) {
  dialer_.behaviours["a"] = Behaviour::kNeverAnswers;
  auto client = Connect();
  client.Say(ClientHello());
  client.peer->End(ChannelEnd::Cause::kClosedByPeer);
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(Ends(EndReason::kClientClosed), 1u);
}

TEST_F(TransparentJoin, ClosesTheBackendWhenTheClientGoesBeforeWelcome) {
  auto client = Connect();
  client.Say(ClientHello());
  auto router = Reached();
  router->Next();
  client.peer->End(ChannelEnd::Cause::kLost);
  EXPECT_TRUE(router->peer->closing);
  EXPECT_FALSE(router->HasNext());
  EXPECT_TRUE(RunUntilGone());
}

TEST_F(TransparentJoin, RefusesARouterThatAnswersHelloWithSomethingElse) {
  auto client = Connect();
  client.Say(ClientHello());
  auto router = Reached();
  router->Next();
  router->Say(Json::array({36, 1, 2, Json::object()}));
  EXPECT_EQ(router->Next()[2], "wamp.error.protocol_violation");
  EXPECT_EQ(client.Next()[2], "wamp.error.unavailable");
  EXPECT_EQ(client.peer->close_code, 1011);
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(Ends(EndReason::kBackendViolation), 1u);
}

TEST_F(TransparentJoin, TellsTheClientWhenWelcomeIsTooLongForIt) {
  auto client = Connect();
  client.peer->max_send_size = 200;
  client.Say(ClientHello());
  auto router = Reached();
  router->Next();
  auto welcome = RouterWelcome();
  welcome[2]["x_long"] = std::string(200, 'x');
  router->Say(welcome);
  EXPECT_EQ(client.Next()[2], "wamp.error.payload_size_exceeded");
  EXPECT_EQ(router->Next()[0], 6) << "for the router the session is open";
  EXPECT_TRUE(RunUntilGone());
}

}  // namespace
}  // namespace wampgate::proxy::test
