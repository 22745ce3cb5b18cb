#include "router_fixture.hpp"

namespace wampgate::router {
namespace {

using nlohmann::json;

class Dealer : public RouterTest {
 protected:
  void SetUp() override {
    caller = NewClient(wamp::Serializer::kJson);
    callee = NewClient(wamp::Serializer::kCbor);
    registration = callee->Ask({64, 1, json::object(), "com.add"})[2];
  }
  /// Sends a call and returns the callee's INVOCATION.
  json Invoke(int request, const json& options = json::object()) {
    caller->Send({48, request, options, "com.add", {1, 2}});
    return callee->Next();
  }
  std::unique_ptr<Client> caller, callee;
  json registration;
};

TEST_F(Dealer, CarriesACallToItsCalleeAndTheResultBack) {
  const json invocation = Invoke(5);
  EXPECT_EQ(invocation[0], 68);
  EXPECT_EQ(invocation[2], registration);
  EXPECT_EQ(invocation[4], json({1, 2}));
  callee->Send({70, invocation[1], json::object(), {3}, {{"k", 1}}});
  EXPECT_EQ(caller->Next(), json({50, 5, json::object(), {3}, {{"k", 1}}}));
}

TEST_F(Dealer, CarriesErrorsWithTheirArguments) {
  const json invocation = Invoke(5);
  callee->Send({8, 68, invocation[1], json::object(), "com.error.no", {"because"}});
  EXPECT_EQ(caller->Next(), json({8, 48, 5, json::object(), "com.error.no", {"because"}}));
}

TEST_F(Dealer, SendsProgressiveResultsOnlyToCallersThatAskedForThem) {
  json invocation = Invoke(5, {{"receive_progress", true}});
  EXPECT_EQ(invocation[3]["receive_progress"], true);
  callee->Send({70, invocation[1], {{"progress", true}}, {1}});
  EXPECT_EQ(caller->Next(), json({50, 5, {{"progress", true}}, {1}}));
  callee->Send({70, invocation[1], json::object(), {2}});
  EXPECT_EQ(caller->Next(), json({50, 5, json::object(), {2}}));

  invocation = Invoke(6);
  callee->Send({70, invocation[1], {{"progress", true}}, {1}});
  EXPECT_EQ(caller->Next(), nullptr);
}

TEST_F(Dealer, AnswersUnknownProcedures) {
  const json error = caller->Ask({48, 5, json::object(), "com.nosuch"});
  EXPECT_EQ(error[4], "wamp.error.no_such_procedure");
  EXPECT_EQ(error[5][0], "no callee registered for procedure <com.nosuch>");
}

TEST_F(Dealer, APrefixTakesNoCallOfTheRoutersOwnProcedures) {
  Permission all = realms[0].roles[0].permissions[0];
  all.uri = "wam";
  realms[0].roles[0].permissions.push_back(all);
  router.SetRealms(realms);
  auto wide = NewClient(), other = NewClient();
  EXPECT_EQ(wide->Ask({64, 1, {{"match", "prefix"}}, "wam"})[0], 65);
  EXPECT_EQ(other->Ask({48, 5, json::object(), "wamp.session.count"})[4], "wamp.error.no_such_procedure");
  other->Send({48, 6, json::object(), "wamper"});
  EXPECT_EQ(wide->Next()[0], 68);
}

TEST_F(Dealer, RegistersAProcedureOnce) {
  EXPECT_EQ(caller->Ask({64, 9, json::object(), "com.add"})[4], "wamp.error.procedure_already_exists");
  EXPECT_EQ(callee->Ask({66, 2, registration}), json({67, 2}));
  EXPECT_EQ(caller->Ask({64, 10, json::object(), "com.add"})[0], 65);
  EXPECT_EQ(callee->Ask({66, 3, registration})[4], "wamp.error.no_such_registration");
}

TEST_F(Dealer, TheLongestPrefixTakesTheCallAndIsToldTheProcedure) {
  auto wide = NewClient(), narrow = NewClient();
  wide->Ask({64, 1, {{"match", "prefix"}}, "com.p"});
  narrow->Ask({64, 1, {{"match", "prefix"}}, "com.p.q"});
  caller->Send({48, 5, json::object(), "com.p.q.r"});
  EXPECT_EQ(wide->Next(), nullptr);
  EXPECT_EQ(narrow->Next()[3]["procedure"], "com.p.q.r");
}

TEST_F(Dealer, IdentifiesTheCallerWhereThePermissionSaysSo) {
  callee->Ask({64, 2, json::object(), "com.disclosed.who"});
  caller->Send({48, 5, json::object(), "com.disclosed.who"});
  EXPECT_EQ(callee->Next()[3]["caller"], caller->welcome[1]);
}

TEST_F(Dealer, KillNoWaitAnswersAtOnceAndInterruptsTheCallee) {
  const json invocation = Invoke(5);
  const json error = caller->Ask({49, 5, {{"mode", "killnowait"}}});
  EXPECT_EQ(error[4], "wamp.error.canceled");
  EXPECT_EQ(callee->Next(), json({69, invocation[1], {{"mode", "killnowait"}}}));
  callee->Send({70, invocation[1], json::object(), {3}});
  EXPECT_EQ(caller->Next(), nullptr);
}

TEST_F(Dealer, KillWaitsForTheCalleesError) {
  const json invocation = Invoke(5);
  EXPECT_EQ(caller->Ask({49, 5, {{"mode", "kill"}}}), nullptr);
  EXPECT_EQ(callee->Next()[0], 69);
  callee->Send({8, 68, invocation[1], json::object(), "wamp.error.canceled"});
  EXPECT_EQ(caller->Next()[4], "wamp.error.canceled");
}

TEST_F(Dealer, SkipLeavesTheCalleeAlone) {
  Invoke(5);
  EXPECT_EQ(caller->Ask({49, 5, json::object()})[4], "wamp.error.canceled");
  EXPECT_EQ(callee->Next(), nullptr);
}

TEST_F(Dealer, ACalleeThatLeavesCancelsTheCallsItWorkedOn) {
  Invoke(5);
  callee->peer().Finish();
  EXPECT_EQ(caller->Next()[4], "wamp.error.canceled");
  EXPECT_EQ(caller->Ask({48, 6, json::object(), "com.add"})[4], "wamp.error.no_such_procedure");
}

TEST_F(Dealer, ACallerThatLeavesInterruptsItsCalls) {
  const json invocation = Invoke(5);
  caller->peer().Finish();
  EXPECT_EQ(callee->Next()[0], 69);
  callee->Send({70, invocation[1], json::object(), {3}});
  EXPECT_FALSE(callee->peer().closing);
}

TEST_F(Dealer, AnotherSessionCannotAnswerAnInvocation) {
  const json invocation = Invoke(5);
  auto mallory = NewClient();
  mallory->Send({70, invocation[1], json::object(), {"forged"}});
  EXPECT_EQ(caller->Next(), nullptr);
}

TEST_F(Dealer, AResultWithoutWordsInTheCallersSerializerIsAnError) {
  const json invocation = Invoke(5);
  const std::string yield =
      std::string("\x84\x18\x46") + static_cast<char>(invocation[1].get<int>()) + "\xa0\x81\xe0";
  callee->peer().Deliver(MessageKind::kBinary, yield);  // [70, n, {}, [simple(0)]]
  EXPECT_EQ(caller->Next()[4], "wamp.error.invalid_argument");
}

TEST_F(Dealer, AnUnknownModeOfCancelEndsTheCallersSessionAndNeverReachesTheCallee) {
  Invoke(5);
  EXPECT_EQ(caller->Ask({49, 5, {{"mode", "explode"}}})[2], "wamp.error.protocol_violation");
  EXPECT_EQ(callee->Next(), json({69, 1, {{"mode", "killnowait"}}})) << "only that its caller has gone";
  EXPECT_FALSE(callee->peer().closing);
}

TEST_F(Dealer, AnErrorWhoseUriIsNoneEndsTheCalleesSessionAndNotTheCallers) {
  const json invocation = Invoke(5);
  EXPECT_EQ(callee->Ask({8, 68, invocation[1], json::object(), "not a uri"})[2],
            "wamp.error.protocol_violation");
  EXPECT_EQ(caller->Next()[4], "wamp.error.canceled");
  EXPECT_FALSE(caller->peer().closing);
}

TEST_F(Dealer, ACallThatIsTooLongForItsCalleeIsAnErrorToTheCaller) {
  callee->peer().max_send_size = 64;
  const json error = caller->Ask({48, 5, json::object(), "com.add", {std::string(64, 'x')}});
  EXPECT_EQ(error[4], "wamp.error.payload_size_exceeded");
  EXPECT_FALSE(callee->peer().closing);
  EXPECT_EQ(Invoke(6)[0], 68) << "shorter ones still pass";
}

TEST_F(Dealer, AResultThatIsTooLongForItsCallerIsAnErrorToIt) {
  const json invocation = Invoke(5);
  caller->peer().max_send_size = 256;
  callee->Send({70, invocation[1], json::object(), {std::string(256, 'x')}});
  EXPECT_EQ(caller->Next()[4], "wamp.error.payload_size_exceeded");
  EXPECT_FALSE(caller->peer().closing);
}

TEST_F(Dealer, AnErrorWithArgumentsTooLongForTheCallerKeepsItsUri) {
  const json invocation = Invoke(5);
  caller->peer().max_send_size = 256;
  callee->Send({8, 68, invocation[1], json::object(), "com.error.no", {std::string(256, 'x')}});
  EXPECT_EQ(caller->Next()[4], "com.error.no");
  EXPECT_FALSE(caller->peer().closing);
}

TEST_F(Dealer, TheEndOfACallLeavesALaterOneOfTheSameNumberToBeCancelled) {
  const json first = Invoke(5), second = Invoke(5);
  callee->Send({70, first[1], json::object(), {3}});
  EXPECT_EQ(caller->Next()[0], 50);
  EXPECT_EQ(caller->Ask({49, 5, json::object()})[4], "wamp.error.canceled");
}

}  // namespace
}  // namespace wampgate::router
