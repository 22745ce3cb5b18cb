#include "proxy/backend_probe.hpp"

#include "proxy/proxy_fixture.hpp"

namespace wampgate::proxy::test {
namespace {

using Outcome = ProbeReport::Outcome;
using Stage = ProbeReport::Stage;

class Probe : public ProxyTest {
 protected:
  void Start(JoinMode mode = JoinMode::kOnBehalf,
             std::chrono::milliseconds timeout = std::chrono::seconds(10)) {
    ProbeOrder order{backend_, mode, settings_.node, "realm1", "user", timeout};
    probe_ = std::make_unique<BackendProbe>(runtime_, order, [this](const ProbeReport& report) {
      ++reports_;
      report_ = report;
    });
    probe_->Start();
  }
  ProbeReport Report() {
    EXPECT_TRUE(wampgate::test::RunUntil(loop_, [&] { return reports_ > 0; }));
    wampgate::test::RunReady(loop_);
    EXPECT_EQ(reports_, 1);
    return report_;
  }
  std::shared_ptr<Backend> backend_ = pool_.Acquire(MakeBackend("a"));
  std::unique_ptr<BackendProbe> probe_;
  ProbeReport report_;
  int reports_ = 0;
};

TEST_F(Probe, JoinsOnBehalfOfARoleAndLeaves) {
  Start();
  const auto router = Reached();
  const Json hello = router->Next();
  EXPECT_EQ(hello[1], "realm1");
  EXPECT_EQ(hello[2]["authmethods"], Json::array({"anonymous-proxy"}));
  EXPECT_EQ(hello[2]["authextra"]["proxy_authrole"], "user");
  EXPECT_EQ(hello[2]["authextra"]["proxy_authid"], "node1-probe");
  router->Say(RouterWelcome());
  router->Say(Json::array({36, 1, 2, Json::object()}));  // what a member may get
  EXPECT_EQ(router->Next(), Json::array({6, Json::object(), "wamp.close.close_realm"}));
  router->Say(Json::array({6, Json::object(), "wamp.close.goodbye_and_out"}));
  const ProbeReport report = Report();
  EXPECT_EQ(report.outcome, Outcome::kJoined);
  EXPECT_EQ(report.stage, Stage::kDone);
  EXPECT_EQ(report.session, 4711u);
  EXPECT_EQ(report.serializer, "json");
  EXPECT_EQ(report.message, "");
  EXPECT_TRUE(router->peer->closing);
}

TEST_F(Probe, SaysHelloAsAClientWouldWhereTheRouterAuthenticates) {
  Start(JoinMode::kTransparent);
  const auto router = Reached();
  const Json hello = router->Next();
  EXPECT_EQ(hello[2]["authmethods"], Json::array({"anonymous"}));
  EXPECT_FALSE(hello[2].contains("authextra"));
  router->Say(Json::array({4, "ticket", Json::object()}));
  EXPECT_EQ(router->Next()[0], 3);
  const ProbeReport report = Report();
  EXPECT_EQ(report.outcome, Outcome::kChallenged);
  EXPECT_EQ(report.message, "the router asks for authentication by ticket");
}

TEST_F(Probe, TellsTheRoutersOwnWords) {
  Start();
  const auto router = Reached();
  router->Say(Json::array({3, {{"message", "no such realm here"}}, "wamp.error.no_such_realm"}));
  const ProbeReport report = Report();
  EXPECT_EQ(report.outcome, Outcome::kRefused);
  EXPECT_EQ(report.stage, Stage::kHello);
  EXPECT_EQ(report.reason, "wamp.error.no_such_realm");
  EXPECT_EQ(report.message, "no such realm here");
}

TEST_F(Probe, TellsWhyARouterCannotBeReached) {
  dialer_.behaviours["a"] = FakeDialer::Behaviour::kRefuses;
  Start();
  const ProbeReport report = Report();
  EXPECT_EQ(report.outcome, Outcome::kUnreachable);
  EXPECT_EQ(report.stage, Stage::kConnect);
  EXPECT_EQ(report.message, "connection refused");
}

TEST_F(Probe, DoesNotWaitForEver) {
  dialer_.behaviours["a"] = FakeDialer::Behaviour::kNeverAnswers;
  Start(JoinMode::kOnBehalf, std::chrono::milliseconds(30));
  const ProbeReport report = Report();
  EXPECT_EQ(report.outcome, Outcome::kTimedOut);
  EXPECT_EQ(report.stage, Stage::kConnect);
}

TEST_F(Probe, TellsWhenTheConnectionEndsOrTheAnswerIsNone) {
  Start();
  Reached()->peer->End(ChannelEnd::Cause::kLost, "reset");
  ProbeReport report = Report();
  EXPECT_EQ(report.outcome, Outcome::kBroken);
  EXPECT_EQ(report.message, "the connection ended before HELLO was answered: reset");
  reports_ = 0;
  loop_.DeleteLater(std::move(probe_));
  Start();
  Reached(2)->Say(Json::array({50, 1, Json::object()}));
  report = Report();
  EXPECT_EQ(report.outcome, Outcome::kBroken);
  EXPECT_EQ(report.message, "RESULT in answer to HELLO");
}

TEST_F(Probe, LeavesHealthAndCountersOfTheBackendAlone) {
  dialer_.behaviours["a"] = FakeDialer::Behaviour::kRefuses;
  backend_->SetDuty(Duty::kMaintenance);
  Start();
  Report();
  EXPECT_FALSE(backend_->health().is_down());
  EXPECT_EQ(backend_->condition(), Backend::Condition::kUnknown);
  EXPECT_EQ(backend_->counters().failures, 0u);
}

}  // namespace
}  // namespace wampgate::proxy::test
