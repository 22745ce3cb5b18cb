// The rows of spec 5.9.5 with their fixes, and the ends that the node brings about.
#include <algorithm>

#include "base/log.hpp"
#include "proxy/proxy_fixture.hpp"

namespace wampgate::proxy::test {
namespace {

Json Goodbye(const std::string& uri, const std::string& message = {}) {
  auto details = Json::object();
  if (!message.empty()) details["message"] = message;
  return Json::array({6, details, uri});
}

class SessionEnd : public ProxyTest {
 protected:
  SessionEnd() {
    UseTransparent({"a"});
    client_ = Connect();
    router_ = Join(client_);
  }
  void EndAll(EndReason reason) {
    registry_.ForEach([&](wamp::Session& session) { session.End(reason); });
  }
  void ExpectEnd(EndReason reason) {
    EXPECT_TRUE(RunUntilGone());
    EXPECT_EQ(Ends(reason), 1u) << Name(reason);
    EXPECT_EQ(registry_.ends().size(), 1u);
    EXPECT_TRUE(
        wampgate::test::RunUntil(loop_, [&] { return !client_.peer->alive && !router_->peer->alive; }));
  }

  Speaker client_;
  std::shared_ptr<Speaker> router_;
};

TEST_F(SessionEnd, ClientClosesTheBackendGetsGoodbyeAndClose) {
  client_.peer->End(ChannelEnd::Cause::kClosedByPeer);
  EXPECT_EQ(router_->Next(), Goodbye("wamp.close.normal"));
  EXPECT_TRUE(router_->peer->closing);
  ExpectEnd(EndReason::kClientClosed);
}

TEST_F(SessionEnd, ClientIsLost) {
  client_.peer->End(ChannelEnd::Cause::kLost);
  EXPECT_EQ(router_->Next(), Goodbye("wamp.close.normal"));
  ExpectEnd(EndReason::kClientLost);
}

TEST_F(SessionEnd, ClientTimesOutOrBreaksItsFraming) {
  client_.peer->End(ChannelEnd::Cause::kViolation, "reserved opcode");
  EXPECT_EQ(router_->Next(), Goodbye("wamp.close.normal"));
  ExpectEnd(EndReason::kClientViolation);
}

TEST_F(SessionEnd, ClientGoodbyeIsRelayedAndAnsweredByTheBackend) {
  const auto goodbye = Goodbye("wamp.close.logout", "bye");
  client_.Say(goodbye);
  EXPECT_EQ(router_->Next(), goodbye);
  EXPECT_FALSE(client_.peer->closing);
  router_->Say(Json::array({36, 1, 2, Json::object()}));
  router_->Say(Goodbye("wamp.close.goodbye_and_out"));
  EXPECT_EQ(client_.Next(), Goodbye("wamp.close.goodbye_and_out")) << "no EVENT behind GOODBYE";
  EXPECT_FALSE(client_.HasNext()) << "no spurious ABORT";
  EXPECT_EQ(client_.peer->close_code, 1000);
  EXPECT_TRUE(router_->peer->closing);
  ExpectEnd(EndReason::kClientGoodbye);
}

TEST_F(SessionEnd, ClientGoodbyeIsAnsweredByTheNodeWhenTheBackendJustCloses) {
  client_.Say(Goodbye("wamp.close.normal"));
  router_->peer->End(ChannelEnd::Cause::kClosedByPeer);
  EXPECT_EQ(client_.Next(), Goodbye("wamp.close.goodbye_and_out"));
  EXPECT_EQ(client_.peer->close_code, 1000);
  ExpectEnd(EndReason::kClientGoodbye);
}

TEST_F(SessionEnd, ClientGoodbyeIsAnsweredByTheNodeWhenTheBackendStaysSilent) {
  client_.Say(Goodbye("wamp.close.normal"));
  ExpectEnd(EndReason::kClientGoodbye);
  EXPECT_EQ(client_.Next(), Goodbye("wamp.close.goodbye_and_out"));
}

TEST_F(SessionEnd, ClientGoodbyeIsAnsweredWithGoodbyeAlsoWhenTheBackendAnswersWithAnythingElse) {
  for (const char* answer : {R"([3,{},"wamp.error.authentication_failed"])", R"([6])", R"([6,{},7])"}) {
    client_.Say(Goodbye("wamp.close.normal"));
    router_->peer->Deliver(answer);
    EXPECT_EQ(client_.Next(), Goodbye("wamp.close.goodbye_and_out")) << answer;
    EXPECT_FALSE(client_.HasNext()) << answer;
    EXPECT_EQ(client_.peer->close_code, 1000) << answer;
    EXPECT_TRUE(RunUntilGone());
    client_ = Connect();
    router_ = Join(client_);
  }
}

TEST_F(SessionEnd, BackendGoodbyeIsRelayedAndAnsweredByTheClient) {
  const auto goodbye = Goodbye("wamp.close.close_realm", "realm stops");
  router_->Say(goodbye);
  EXPECT_EQ(client_.Next(), goodbye);
  EXPECT_FALSE(client_.peer->closing);
  client_.Say(Goodbye("wamp.close.goodbye_and_out"));
  EXPECT_EQ(router_->Next(), Goodbye("wamp.close.goodbye_and_out"));
  EXPECT_EQ(client_.peer->close_code, 1000);
  ExpectEnd(EndReason::kBackendGoodbye);
}

TEST_F(SessionEnd, BackendGoodbyeIsAnsweredByTheNodeWhenTheClientDoesNot) {
  router_->Say(Goodbye("wamp.close.close_realm"));
  ExpectEnd(EndReason::kBackendGoodbye);
  EXPECT_EQ(router_->Next(), Goodbye("wamp.close.goodbye_and_out"));
  EXPECT_EQ(client_.peer->close_code, 1000);
}

TEST_F(SessionEnd, AbortOfTheRouterInAnOpenSessionIsRelayed) {
  const auto abort = Json::array({3, {{"message", "bad CALL"}}, "wamp.error.protocol_violation"});
  router_->Say(abort);
  EXPECT_EQ(client_.Next(), abort);
  EXPECT_TRUE(client_.peer->closing);
  ExpectEnd(EndReason::kBackendGoodbye);
  EXPECT_FALSE(router_->HasNext());
}

TEST_F(SessionEnd, BackendIsLostTheClientHearsSystemShutdownAndIsClosedWith1012) {
  router_->peer->End(ChannelEnd::Cause::kLost);
  EXPECT_EQ(client_.Next(), Goodbye("wamp.close.system_shutdown", "the backend is gone"));
  client_.Say(Goodbye("wamp.close.goodbye_and_out"));
  EXPECT_EQ(client_.peer->close_code, 1012);
  ExpectEnd(EndReason::kBackendLost);
}

TEST_F(SessionEnd, BackendIsLostTheClientIsClosedAlsoWhenItDoesNotAnswer) {
  router_->peer->End(ChannelEnd::Cause::kLost);
  ExpectEnd(EndReason::kBackendLost);
  EXPECT_EQ(client_.peer->close_code, 1012);
}

TEST_F(SessionEnd, BackendSendsGarbage) {
  router_->peer->Deliver("garbage");
  EXPECT_EQ(router_->Next()[2], "wamp.error.protocol_violation");
  EXPECT_TRUE(router_->peer->closing);
  EXPECT_EQ(client_.Next()[2], "wamp.close.system_shutdown");
  client_.Say(Goodbye("wamp.close.goodbye_and_out"));
  EXPECT_EQ(client_.peer->close_code, 1011);
  ExpectEnd(EndReason::kBackendViolation);
}

TEST_F(SessionEnd, BackendSendsWhatOnlyClientsSend) {
  router_->Say(Json::array({48, 1, Json::object(), "a.b"}));
  EXPECT_EQ(client_.Next()[1]["message"], "the backend broke the protocol: CALL from a router");
  ExpectEnd(EndReason::kBackendViolation);
}

TEST_F(SessionEnd, AbortOfTheClientInAnOpenSessionReachesTheRouter) {
  const auto abort = Json::array({3, Json::object(), "wamp.error.protocol_violation"});
  client_.Say(abort);
  EXPECT_EQ(router_->Next(), abort);
  EXPECT_FALSE(router_->HasNext());
  ExpectEnd(EndReason::kClientGoodbye);
}

TEST_F(SessionEnd, ShutdownOfTheNode) {
  EndAll(EndReason::kShutdown);
  EndAll(EndReason::kShutdown);
  EXPECT_EQ(client_.Next(),
            Goodbye("wamp.close.system_shutdown", "this process of the node ends; connect again"));
  EXPECT_EQ(router_->Next(), Goodbye("wamp.close.system_shutdown"));
  EXPECT_TRUE(router_->peer->closing);
  client_.Say(Goodbye("wamp.close.goodbye_and_out"));
  EXPECT_FALSE(client_.HasNext());
  EXPECT_EQ(client_.peer->close_code, 1001);
  ExpectEnd(EndReason::kShutdown);
}

TEST_F(SessionEnd, OperatorClosesTheSession) {
  EndAll(EndReason::kClosedByOperator);
  EXPECT_EQ(client_.Next()[2], "wamp.close.killed");
  ExpectEnd(EndReason::kClosedByOperator);
}

TEST_F(SessionEnd, KillDropsBothAtOnce) {
  registry_.ForEach([](wamp::Session& session) { session.Kill(); });
  EXPECT_EQ(registry_.size(), 0u);
  EXPECT_TRUE(client_.peer->aborted);
  EXPECT_TRUE(router_->peer->aborted);
  ExpectEnd(EndReason::kClosedByOperator);
}

TEST_F(SessionEnd, ShutdownBeforeHelloIsAnAbort) {
  client_.peer->End(ChannelEnd::Cause::kClosedByPeer);
  EXPECT_TRUE(RunUntilGone());
  auto newcomer = Connect();
  EndAll(EndReason::kShutdown);
  EXPECT_EQ(newcomer.Next(), Json::array({3,
                                          {{"message", "this process of the node ends; connect again"}},
                                          "wamp.close.system_shutdown"}));
  EXPECT_EQ(newcomer.peer->close_code, 1001);
  EXPECT_TRUE(RunUntilGone());
}

TEST_F(SessionEnd, APeerThatNeverClosesIsDroppedAfterADeadline) {
  client_.peer->ends_when_closed = false;
  EndAll(EndReason::kShutdown);
  EXPECT_TRUE(
      wampgate::test::RunUntil(loop_, [&] { return client_.peer->aborted; }, std::chrono::seconds(30)));
  ExpectEnd(EndReason::kShutdown);
}

TEST_F(SessionEnd, WritesOneLogLineWithItsFieldsInOrder) {
  log::SetLevel(log::Level::kInfo);
  testing::internal::CaptureStderr();
  client_.Say(Goodbye("wamp.close.normal"));
  router_->Say(Goodbye("wamp.close.goodbye_and_out"));
  EXPECT_TRUE(RunUntilGone());
  const std::string lines = testing::internal::GetCapturedStderr();
  log::SetLevel(log::Level::kWarning);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1) << lines;
  EXPECT_THAT(lines,
              testing::ContainsRegex(
                  "session ended transport=workers/w/transports/t peer=tcp4:127.0.0.1:4242 session=4711 "
                  "realm=realm1 authid=joe role=anonymous backend=a reason=client_goodbye "
                  "detail=wamp.close.normal duration_ms=[0-9]+ messages_in=[0-9]+ messages_out=2 "
                  "octets_in=[0-9]+ octets_out=[0-9]+"));
}

TEST_F(SessionEnd, BackendCountsItsOpenSessions) {
  const auto backend = pool_.Acquire(MakeBackend("a"));
  EXPECT_EQ(backend->counters().joins, 1u);
  EXPECT_EQ(backend->counters().open, 1u);
  client_.peer->End(ChannelEnd::Cause::kLost);
  ExpectEnd(EndReason::kClientLost);
  EXPECT_EQ(backend->counters().open, 0u);
}

}  // namespace
}  // namespace wampgate::proxy::test
