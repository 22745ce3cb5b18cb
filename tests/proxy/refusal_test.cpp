// One test per row of "what the other serializer cannot express" (design 5), and messages that are too long.
#include "proxy/proxy_fixture.hpp"

namespace wampgate::proxy::test {
namespace {

using wampgate::test::RunUntil;

// What JSON has no word for: a simple value of CBOR.
const std::string kNoWord = "\xE0";

/// A client that speaks JSON to a router that speaks CBOR: what the router says may be unexpressible for the
/// client. `Raw…` writes a message of `head` (a list without its end) followed by arguments that hold
/// such a value.
class Refusal : public ProxyTest {
 protected:
  Refusal() { UseTransparent({"a"}); }

  void Open(Serializer client, Serializer router) {
    dialer_.serializers["a"] = router;
    client_ = Connect(client);
    router_ = Join(client_);
  }
  /// In CBOR: the elements, then [simple(0)].
  static std::string Unexpressible(const Json& elements) {
    std::string message = wamp::WriteDocument(Serializer::kCbor, elements);
    ++message[0];  // one element more
    return message + "\x81" + kNoWord;
  }
  void ExpectError(const Json& message, int answered, int request, const std::string& uri) {
    ASSERT_TRUE(message.is_array());
    ASSERT_GE(message.size(), 5u);
    EXPECT_EQ(message[0], 8);
    EXPECT_EQ(message[1], answered);
    EXPECT_EQ(message[2], request);
    EXPECT_EQ(message[4], uri);
    EXPECT_FALSE(message[5][0].get<std::string>().empty());
  }
  static constexpr const char* kInvalid = "wamp.error.invalid_argument";
  static constexpr const char* kTooLong = "wamp.error.payload_size_exceeded";
  Speaker client_;
  std::shared_ptr<Speaker> router_;
};

TEST_F(Refusal, AnswersCallAndAcknowledgedPublishWithError) {
  Open(Serializer::kCbor, Serializer::kJson);
  client_.peer->Deliver(Unexpressible(Json::array({48, 1, Json::object(), "a.b"})));
  ExpectError(client_.Next(), 48, 1, kInvalid);
  client_.peer->Deliver(Unexpressible(Json::array({16, 2, {{"acknowledge", true}}, "a.b"})));
  ExpectError(client_.Next(), 16, 2, kInvalid);
  EXPECT_FALSE(router_->HasNext());
  EXPECT_EQ(registry_.size(), 1u);
}

TEST_F(Refusal, AnswersSubscribeAndRegisterWithError) {
  Open(Serializer::kCbor, Serializer::kJson);
  for (const int type : {32, 64}) {
    std::string message = wamp::WriteDocument(Serializer::kCbor, Json::array({type, 3, {{"x_a", 1}}, "a.b"}));
    message.replace(message.find("x_a") + 3, 1, kNoWord);
    client_.peer->Deliver(message);
    ExpectError(client_.Next(), type, 3, kInvalid);
  }
  EXPECT_FALSE(router_->HasNext());
}

TEST_F(Refusal, DropsPublishWithoutAcknowledgeAndEvent) {
  Open(Serializer::kCbor, Serializer::kJson);
  client_.peer->Deliver(Unexpressible(Json::array({16, 2, Json::object(), "a.b"})));
  EXPECT_FALSE(client_.HasNext());
  EXPECT_FALSE(router_->HasNext());
  client_.Say(Json::array({48, 1, Json::object(), "a.b"}));
  EXPECT_EQ(router_->Next()[0], 48) << "the session goes on";
}

TEST_F(Refusal, DropsAnEventForTheClient) {
  Open(Serializer::kJson, Serializer::kCbor);
  router_->peer->Deliver(Unexpressible(Json::array({36, 1, 2, Json::object()})));
  EXPECT_FALSE(client_.HasNext());
  EXPECT_FALSE(router_->HasNext());
}

TEST_F(Refusal, AnswersInvocationWithErrorToTheRouter) {
  Open(Serializer::kJson, Serializer::kCbor);
  router_->peer->Deliver(Unexpressible(Json::array({68, 9, 1, Json::object()})));
  ExpectError(router_->Next(), 68, 9, kInvalid);
  EXPECT_FALSE(client_.HasNext());
}

TEST_F(Refusal, ReplacesYieldWithErrorToTheRouter) {
  Open(Serializer::kCbor, Serializer::kJson);
  client_.peer->Deliver(Unexpressible(Json::array({70, 9, Json::object()})));
  ExpectError(router_->Next(), 68, 9, kInvalid);
  EXPECT_FALSE(client_.HasNext());
}

TEST_F(Refusal, ReplacesResultWithErrorToTheCaller) {
  Open(Serializer::kJson, Serializer::kCbor);
  router_->peer->Deliver(Unexpressible(Json::array({50, 4, Json::object()})));
  ExpectError(client_.Next(), 48, 4, kInvalid);
  EXPECT_FALSE(router_->HasNext());
}

TEST_F(Refusal, CancelsAProgressiveCallWhoseResultCannotBeExpressedAndSwallowsTheRest) {
  Open(Serializer::kJson, Serializer::kCbor);
  router_->peer->Deliver(Unexpressible(Json::array({50, 4, {{"progress", true}}})));
  ExpectError(client_.Next(), 48, 4, kInvalid);
  EXPECT_EQ(router_->Next()[0], 49);
  router_->Say(Json::array({50, 4, {{"progress", true}}, {1}}));
  router_->Say(Json::array({8, 48, 4, Json::object(), "wamp.error.canceled"}));
  EXPECT_FALSE(client_.HasNext()) << "its call has ended";
  router_->Say(Json::array({50, 5, Json::object(), {1}}));
  EXPECT_EQ(client_.Next()[1], 5);
}

TEST_F(Refusal, AnswersACallThatIsTooLongForTheRouter) {
  Open(Serializer::kJson, Serializer::kJson);
  router_->peer->max_send_size = 1000;
  client_.Say(Json::array({48, 1, Json::object(), "a.b", {std::string(2000, 'x')}}));
  ExpectError(client_.Next(), 48, 1, kTooLong);
  EXPECT_FALSE(router_->HasNext());
  EXPECT_EQ(registry_.size(), 1u);
}

TEST_F(Refusal, AnswersACallThatBecomesTooLongByTranslation) {
  Open(Serializer::kCbor, Serializer::kJson);
  router_->peer->max_send_size = 1000;
  client_.Say(Json::array({48, 1, Json::object(), "a.b", {Json::binary(std::vector<std::uint8_t>(900, 1))}}));
  ExpectError(client_.Next(), 48, 1, kTooLong);
}

TEST_F(Refusal, ReplacesAResultThatIsTooLongForTheClient) {
  Open(Serializer::kJson, Serializer::kJson);
  client_.peer->max_send_size = 1000;
  router_->Say(Json::array({50, 4, Json::object(), {std::string(2000, 'x')}}));
  ExpectError(client_.Next(), 48, 4, kTooLong);
}

TEST_F(Refusal, StopsReadingAClientThatDoesNotTakeTheAnswersToItsOwnMessages) {
  Open(Serializer::kJson, Serializer::kJson);
  router_->peer->max_send_size = 1000;
  client_.peer->keeps_output = true;
  const auto call = Json::array({48, 1, Json::object(), "a.b", {std::string(2000, 'x')}});
  int said = 0;
  while (client_.peer->reading && said < 10000) {
    client_.Say(call);
    ++said;
  }
  EXPECT_LT(said, 5000);
  client_.peer->Take(client_.peer->pending);
  EXPECT_TRUE(client_.peer->reading);
}

TEST_F(Refusal, LetsAnAnswerWaitForTheEndOfALargeMessage) {
  dialer_.prepare = [](FakePeer& peer) { peer.can_stream = true; };
  Open(Serializer::kJson, Serializer::kJson);
  client_.peer->can_stream = true;
  router_->peer->max_send_size = 1000;
  const std::string large = Json::array({36, 1, 2, Json::object(), {std::string(100000, 'y')}}).dump();
  auto* const receiver = router_->peer->receiver;
  ASSERT_TRUE(receiver->OnLargeMessage(MessageKind::kText, large.size(), large.substr(0, 64)));
  receiver->OnPart(large.substr(0, 5000), false);
  client_.Say(Json::array({48, 1, Json::object(), "a.b", {std::string(2000, 'x')}}));
  EXPECT_FALSE(client_.HasNext());
  EXPECT_FALSE(client_.peer->reading) << "or its answers would pile up";
  receiver->OnPart(large.substr(5000), true);
  EXPECT_EQ(client_.Next()[0], 36);
  ExpectError(client_.Next(), 48, 1, kTooLong);
  EXPECT_TRUE(client_.peer->reading);
}

}  // namespace
}  // namespace wampgate::proxy::test
