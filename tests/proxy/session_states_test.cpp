#include "proxy/close_codes.hpp"
#include "proxy/proxy_fixture.hpp"

namespace wampgate::proxy::test {
namespace {

using wampgate::test::RunUntil;

class SessionStates : public ProxyTest {
 protected:
  SessionStates() { UseTransparent({"a"}); }

  void ExpectViolation(Speaker& client, const std::string& text) {
    const Json abort = client.Next();
    EXPECT_EQ(abort, Json::array({3, {{"message", text}}, "wamp.error.protocol_violation"}));
    EXPECT_EQ(client.peer->close_code, 1002);
    EXPECT_EQ(client.peer->close_reason, CloseText("WAMP Protocol Error (" + text + ")"));
    EXPECT_TRUE(RunUntilGone());
    EXPECT_EQ(Ends(EndReason::kProtocolViolation), 1u);
  }
};

TEST_F(SessionStates, WantsHelloFirst) {
  for (const auto& [message, name] :
       {std::pair{Json::array({48, 1, Json::object(), "a.b"}), "CALL"},
        std::pair{Json::array({5, "x", Json::object()}), "AUTHENTICATE"},
        std::pair{Json::array({6, Json::object(), "wamp.close.normal"}), "GOODBYE"}}) {
    auto client = Connect();
    client.Say(message);
    EXPECT_EQ(client.Next()[1]["message"], std::string(name) + " received while waiting for HELLO");
    EXPECT_EQ(client.peer->close_code, 1002);
  }
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(Ends(EndReason::kProtocolViolation), 3u);
}

TEST_F(SessionStates, ClosesWithoutAWordAfterAbortFromTheClient) {
  auto client = Connect();
  client.Say(Json::array({3, Json::object(), "wamp.error.whatever"}));
  EXPECT_FALSE(client.HasNext());
  EXPECT_EQ(client.peer->close_code, 1000);
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(Ends(EndReason::kClientClosed), 1u);
}

TEST_F(SessionStates, RefusesASecondHelloWhileJoiningAndStartsNoSecondBackendSession) {
  auto client = Connect();
  client.Say(ClientHello());
  client.Say(ClientHello());
  ExpectViolation(client, "HELLO received while joining");
  EXPECT_EQ(dialer_.dialed.size(), 1u);
}

TEST_F(SessionStates, RefusesAuthenticateWithoutChallenge) {
  auto client = Connect();
  client.Say(ClientHello());
  Reached();
  client.Say(Json::array({5, "x", Json::object()}));
  ExpectViolation(client, "AUTHENTICATE received while joining, without CHALLENGE");
}

TEST_F(SessionStates, RefusesASecondHelloInAnOpenSessionAndLeavesTheBackend) {
  auto client = Connect();
  auto router = Join(client);
  client.Say(ClientHello());
  EXPECT_EQ(router->Next(), Json::array({6, Json::object(), "wamp.close.normal"}));
  ExpectViolation(client, "HELLO received while the session is open");
}

TEST_F(SessionStates, RefusesAMessageThatOnlyRoutersSend) {
  auto client = Connect();
  Join(client);
  client.Say(Json::array({36, 1, 2, Json::object()}));
  ExpectViolation(client, "EVENT from a client");
}

TEST_F(SessionStates, RefusesWhatIsNoMessage) {
  auto client = Connect();
  Join(client);
  client.peer->Deliver("nojson");
  ExpectViolation(client, "WAMP message is not a list");
}

TEST_F(SessionStates, RefusesABinaryFrameWhereTheSerializerIsJson) {
  auto client = Connect(Serializer::kJson, wamp::Batching::kBatched);
  client.peer->Deliver("[1,");  // a batch without an end
  EXPECT_EQ(client.peer->close_code, 1002);
  EXPECT_TRUE(RunUntilGone());
}

TEST_F(SessionStates, IgnoresWhatComesBehindAViolationInTheSameBatch) {
  auto client = Connect(Serializer::kJson, wamp::Batching::kBatched);
  client.peer->Deliver("[48]\x18[1,\"realm1\",{}]\x18");
  EXPECT_TRUE(RunUntilGone());
  EXPECT_TRUE(dialer_.dialed.empty());
}

TEST_F(SessionStates, LeavesToTheRouterWhatOnlyARouterWouldReject) {
  auto client = Connect();
  auto router = Join(client);
  const std::string odd = R"([48,"not a request id"])";
  client.peer->Deliver(odd);
  EXPECT_EQ(router->peer->sent.back(), odd);
}

TEST_F(SessionStates, AnswersNoHelloWithAbortAfterTheTimeout) {
  settings_.limits.hello_timeout = std::chrono::milliseconds(100);
  auto client = Connect();
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(client.Next(), Json::array({3, {{"message", "no HELLO within 100ms"}}, "wamp.error.timeout"}));
  EXPECT_EQ(client.peer->close_code, 1008);
  EXPECT_EQ(Ends(EndReason::kHelloTimeout), 1u);
}

TEST_F(SessionStates, WaitsForAuthenticateNoLongerThanItIsTold) {
  settings_.limits.authenticate_timeout = std::chrono::milliseconds(100);
  auto client = Connect();
  client.Say(ClientHello());
  auto router = Reached();
  router->Say(Json::array({4, "ticket", Json::object()}));
  client.Next();
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(client.Next()[1]["message"], "no AUTHENTICATE within 100ms");
  EXPECT_EQ(Ends(EndReason::kHelloTimeout), 1u);
}

TEST_F(SessionStates, HasNoDeadlineOnceOpen) {
  settings_.limits.hello_timeout = std::chrono::milliseconds(60);
  auto client = Connect();
  Join(client);
  EXPECT_FALSE(RunUntil(loop_, [&] { return registry_.size() == 0; }, std::chrono::milliseconds(250)));
}

TEST_F(SessionStates, RefusesSessionsAboveTheLimitAndTakesThemAgainBelow) {
  settings_.limits.max_sessions = 1;
  auto first = Connect();
  Join(first);
  auto second = Connect();
  EXPECT_EQ(second.Next(), Json::array({3, {{"message", "too many sessions"}}, "wamp.error.unavailable"}));
  EXPECT_EQ(second.peer->close_code, 1013);
  EXPECT_TRUE(RunUntil(loop_, [&] { return registry_.size() == 1; }));
  EXPECT_EQ(Ends(EndReason::kOverload), 1u);
  first.peer->End(ChannelEnd::Cause::kClosedByPeer);
  EXPECT_TRUE(RunUntilGone());
  auto third = Connect();
  Join(third);
}

}  // namespace
}  // namespace wampgate::proxy::test
