#include "proxy/proxy_fixture.hpp"

namespace wampgate::proxy::test {
namespace {

using testing::ElementsAre;
using wampgate::test::RunUntil;

const Json kCall =
    Json::array({48, 7, {{"x_mine", 1}}, "com.example.add", {1, 2.5, "ä", nullptr}, {{"k", {1}}}});
const Json kResult = Json::array({50, 7, Json::object(), {3}});

class RelayTest : public ProxyTest {
 protected:
  RelayTest() { UseTransparent({"a"}); }

  void Open(Serializer client, Serializer router) {
    dialer_.serializers["a"] = router;
    client_ = Connect(client);
    router_ = Join(client_);
  }
  Speaker client_;
  std::shared_ptr<Speaker> router_;
};

TEST_F(RelayTest, PassesTheSameOctetsBetweenEqualSerializers) {
  Open(Serializer::kJson, Serializer::kJson);
  const std::string call = R"( [48 , 7, {"x_y": 1.0}, "a.b", [1e2, "\u00e4"]])";
  client_.peer->Deliver(call);
  EXPECT_EQ(router_->peer->sent.back(), call);
  const std::string result = R"([50,7, {},[ 12345678901234567890123]])";
  router_->peer->Deliver(result);
  EXPECT_EQ(client_.peer->sent.back(), result);
}

class RelayPairs : public RelayTest,
                   public testing::WithParamInterface<std::tuple<Serializer, Serializer>> {};

TEST_P(RelayPairs, CarryEveryMessageBothWays) {
  const auto [client, router] = GetParam();
  Open(client, router);
  client_.Say(kCall);
  EXPECT_EQ(router_->Next(), kCall);
  router_->Say(kResult);
  EXPECT_EQ(client_.Next(), kResult);
  const auto event =
      Json::array({36, 1, 2, Json::object(), Json::array(), {{"b", Json::binary({0, 1, 255})}}});
  router_->Say(event);
  EXPECT_EQ(client_.Next(), event);
}

INSTANTIATE_TEST_SUITE_P(
    All, RelayPairs,
    testing::Combine(testing::Values(Serializer::kJson, Serializer::kMsgpack, Serializer::kCbor),
                     testing::Values(Serializer::kJson, Serializer::kMsgpack, Serializer::kCbor)),
    [](const auto& info) {
      return std::string(Name(std::get<0>(info.param))) + "_to_" + std::string(Name(std::get<1>(info.param)));
    });

TEST_F(RelayTest, KeepsTheOrderOfABatchAndAnswersInBatches) {
  client_ = Connect(Serializer::kJson, wamp::Batching::kBatched);
  client_.peer->Deliver(ClientHello().dump() + "\x18");
  router_ = Reached();
  router_->Next();
  router_->Say(RouterWelcome());
  EXPECT_EQ(client_.peer->sent.back().back(), '\x18');
  client_.peer->Deliver("[48,1,{},\"a\"]\x18[48,2,{},\"a\"]\x18");
  EXPECT_EQ(router_->Next()[1], 1);
  EXPECT_EQ(router_->Next()[1], 2);
}

TEST_F(RelayTest, EndsTheSessionOfASenderWhoseEncodingIsBrokenWhenTranscoding) {
  Open(Serializer::kJson, Serializer::kCbor);
  client_.peer->Deliver(R"([48,1,{},"a.b",[1,]])");
  EXPECT_EQ(client_.Next()[2], "wamp.error.protocol_violation");
  EXPECT_EQ(client_.peer->close_code, 1002);
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(Ends(EndReason::kProtocolViolation), 1u);
}

TEST_F(RelayTest, StopsReadingTheRouterWhileTheClientDoesNotTakeItsMessages) {
  Open(Serializer::kJson, Serializer::kJson);
  client_.peer->keeps_output = true;
  const auto event = Json::array({36, 1, 2, Json::object(), {std::string(1000, 'x')}});
  int said = 0;
  while (router_->peer->reading && said < 10000) {
    router_->Say(event);
    ++said;
  }
  EXPECT_GT(said, 200);
  EXPECT_LT(said, 300) << "256 KiB";
  EXPECT_TRUE(client_.peer->reading);
  client_.peer->Take(150 * 1024);
  EXPECT_FALSE(router_->peer->reading) << "not below the low watermark yet";
  client_.peer->Take(100 * 1024);
  EXPECT_TRUE(router_->peer->reading);
}

TEST_F(RelayTest, StopsReadingTheClientWhileTheRouterDoesNotTakeItsMessages) {
  Open(Serializer::kJson, Serializer::kCbor);
  router_->peer->keeps_output = true;
  int said = 0;
  while (client_.peer->reading && said < 10000) {
    client_.Say(Json::array({16, ++said, Json::object(), "a.b", {std::string(1000, 'x')}}));
  }
  EXPECT_LT(said, 300);
  EXPECT_TRUE(router_->peer->reading);
  router_->peer->Take(300 * 1024);
  EXPECT_TRUE(client_.peer->reading);
}

TEST_F(RelayTest, ClosesAClientThatTakesNothingForTooLong) {
  settings_.limits.slow_consumer_timeout = std::chrono::milliseconds(150);
  Open(Serializer::kJson, Serializer::kJson);
  client_.peer->keeps_output = true;
  router_->Say(Json::array({36, 1, 2, Json::object(), {std::string(300000, 'x')}}));
  EXPECT_TRUE(RunUntilGone());
  EXPECT_TRUE(client_.peer->aborted);
  EXPECT_EQ(router_->Next(), Json::array({6, Json::object(), "wamp.close.normal"}));
  EXPECT_EQ(Ends(EndReason::kSlowConsumer), 1u);
}

TEST_F(RelayTest, KeepsAClientThatIsSlowButTakesItsMessages) {
  settings_.limits.slow_consumer_timeout = std::chrono::milliseconds(150);
  Open(Serializer::kJson, Serializer::kJson);
  client_.peer->keeps_output = true;
  router_->Say(Json::array({36, 1, 2, Json::object(), {std::string(8000000, 'x')}}));
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
  RunUntil(loop_, [&] {
    client_.peer->Take(80000);
    return std::chrono::steady_clock::now() >= until;
  });
  EXPECT_EQ(registry_.size(), 1u);
  EXPECT_TRUE(RunUntilGone()) << "and ends it when it stops";
  EXPECT_EQ(Ends(EndReason::kSlowConsumer), 1u);
}

TEST_F(RelayTest, TellsTheClientWhenTheRouterTakesNothingForTooLong) {
  settings_.limits.slow_consumer_timeout = std::chrono::milliseconds(100);
  Open(Serializer::kJson, Serializer::kJson);
  router_->peer->keeps_output = true;
  client_.Say(Json::array({16, 1, Json::object(), "a.b", {std::string(300000, 'x')}}));
  EXPECT_FALSE(client_.peer->reading);
  EXPECT_TRUE(RunUntilGone());
  EXPECT_TRUE(router_->peer->aborted);
  EXPECT_TRUE(client_.peer->reading);
  EXPECT_EQ(client_.Next()[2], "wamp.close.system_shutdown");
  EXPECT_EQ(Ends(EndReason::kSlowConsumer), 1u);
}

class LargeMessages : public RelayTest {
 protected:
  LargeMessages() {
    dialer_.prepare = [](FakePeer& peer) { peer.can_stream = true; };
    client_ = Connect();
    client_.peer->can_stream = true;
    router_ = Join(client_);
    message_ = Json::array({36, 1, 2, Json::object(), {std::string(100000, 'y')}}).dump();
  }
  std::string_view Part(std::size_t begin, std::size_t size) const {
    return std::string_view(message_).substr(begin, size);
  }
  /// The beginning of the message from the router, accepted part by part.
  void BeginFromRouter() {
    ASSERT_TRUE(router_->peer->receiver->OnLargeMessage(MessageKind::kText, message_.size(), Part(0, 64)));
    router_->peer->receiver->OnPart(Part(0, 40000), false);
    EXPECT_EQ(client_.peer->partial.size(), 40000u) << "passed on as it arrives";
  }
  void FinishFromRouter() {
    router_->peer->receiver->OnPart(Part(40000, 30000), false);
    router_->peer->receiver->OnPart(Part(70000, message_.size()), true);
  }
  std::string message_;
};

TEST_F(LargeMessages, PassThroughAsTheyArrive) {
  BeginFromRouter();
  FinishFromRouter();
  EXPECT_EQ(client_.peer->sent.back(), message_);
  router_->Say(kResult);
  client_.Next();
  EXPECT_EQ(client_.Next(), kResult);
}

TEST_F(LargeMessages, StopTheSenderWhenTheReceiverIsFull) {
  client_.peer->keeps_output = true;
  message_ = Json::array({36, 1, 2, Json::object(), {std::string(1000000, 'y')}}).dump();
  BeginFromRouter();
  router_->peer->receiver->OnPart(Part(40000, 300000), false);
  EXPECT_FALSE(router_->peer->reading);
  client_.peer->Take(340000);
  EXPECT_TRUE(router_->peer->reading);
  router_->peer->receiver->OnPart(Part(340000, message_.size()), true);
  EXPECT_EQ(client_.peer->sent.back(), message_);
}

TEST_F(LargeMessages, AreTakenWholeWhenTheyAreSessionMessagesOrOfTheWrongSide) {
  auto* const receiver = router_->peer->receiver;
  EXPECT_FALSE(receiver->OnLargeMessage(MessageKind::kText, 100000, R"([6,{"message":"xxxxxxxxxxxx)"));
  EXPECT_FALSE(receiver->OnLargeMessage(MessageKind::kText, 100000, R"([48,1,{},"a.b",["xxxxxxxx)"));
  EXPECT_FALSE(receiver->OnLargeMessage(MessageKind::kText, 100000, R"(garbage)"));
}

TEST_F(LargeMessages, AreTakenWholeWhenTheReceiverCannotTakeThemInParts) {
  client_.peer->can_stream = false;
  EXPECT_FALSE(router_->peer->receiver->OnLargeMessage(MessageKind::kText, message_.size(), Part(0, 64)));
}

TEST_F(LargeMessages, AreTakenWholeWhenTheyAreTooLongForTheReceiver) {
  client_.peer->max_send_size = 50000;
  EXPECT_FALSE(router_->peer->receiver->OnLargeMessage(MessageKind::kText, message_.size(), Part(0, 64)));
}

TEST_F(LargeMessages, DropTheReceiverWhenTheSenderDiesInTheMiddle) {
  BeginFromRouter();
  router_->peer->End(ChannelEnd::Cause::kLost);
  EXPECT_TRUE(client_.peer->aborted) << "half a message cannot be followed by GOODBYE";
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(Ends(EndReason::kBackendLost), 1u);
}

TEST_F(LargeMessages, DropTheBackendWhenTheClientDiesInTheMiddle) {
  auto* const receiver = client_.peer->receiver;
  const std::string publish = Json::array({16, 1, Json::object(), "a.b", {std::string(100000, 'y')}}).dump();
  ASSERT_TRUE(receiver->OnLargeMessage(MessageKind::kText, publish.size(), publish.substr(0, 64)));
  receiver->OnPart(publish.substr(0, 5000), false);
  client_.peer->End(ChannelEnd::Cause::kLost);
  EXPECT_TRUE(router_->peer->aborted);
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(Ends(EndReason::kClientLost), 1u);
}

TEST_F(LargeMessages, DelayAShutdownUntilTheyArePassed) {
  BeginFromRouter();
  registry_.ForEach([](wamp::Session& session) { session.End(EndReason::kShutdown); });
  EXPECT_FALSE(client_.peer->closing);
  FinishFromRouter();
  client_.Next();
  EXPECT_EQ(client_.Next()[2], "wamp.close.system_shutdown");
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(client_.peer->close_code, 1001);
  EXPECT_EQ(Ends(EndReason::kShutdown), 1u);
}

TEST_F(LargeMessages, DoNotDelayAShutdownForEver) {
  BeginFromRouter();
  registry_.ForEach([](wamp::Session& session) { session.End(EndReason::kShutdown); });
  EXPECT_TRUE(RunUntilGone());
  EXPECT_TRUE(client_.peer->aborted);
  EXPECT_EQ(Ends(EndReason::kShutdown), 1u);
}

TEST_F(LargeMessages, LetTheOtherDirectionGoOn) {
  BeginFromRouter();
  client_.Say(kCall);
  EXPECT_EQ(router_->Next(), kCall);
  client_.Say(Json::array({6, Json::object(), "wamp.close.normal"}));
  EXPECT_EQ(router_->Next()[0], 6);
  FinishFromRouter();
  router_->Say(Json::array({6, Json::object(), "wamp.close.goodbye_and_out"}));
  EXPECT_EQ(client_.Next()[0], 36);
  EXPECT_EQ(client_.Next()[0], 6);
  EXPECT_EQ(client_.peer->close_code, 1000);
}

TEST_F(LargeMessages, DropTheClientThatBreaksTheProtocolMeanwhile) {
  BeginFromRouter();
  client_.peer->Deliver("garbage");
  EXPECT_TRUE(client_.peer->aborted);
  EXPECT_TRUE(RunUntilGone());
  EXPECT_EQ(Ends(EndReason::kProtocolViolation), 1u);
}

}  // namespace
}  // namespace wampgate::proxy::test
