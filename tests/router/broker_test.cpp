#include "router_fixture.hpp"

namespace wampgate::router {
namespace {

using nlohmann::json;
using Broker = RouterTest;

TEST_F(Broker, SendsEventsToSubscribersAndNotToThePublisher) {
  auto alice = NewClient(), bob = NewClient();
  const json subscribed = bob->Ask({32, 1, json::object(), "com.topic"});
  ASSERT_EQ(subscribed[0], 33);
  ASSERT_EQ(alice->Ask({32, 1, json::object(), "com.topic"})[0], 33);
  EXPECT_EQ(alice->Ask({16, 2, json::object(), "com.topic", {1, "x"}, {{"k", nullptr}}}), nullptr);
  const json event = bob->Next();
  EXPECT_EQ(event[0], 36);
  EXPECT_EQ(event[1], subscribed[2]);
  EXPECT_EQ(event[3], json::object());
  EXPECT_EQ(event[4], json({1, "x"}));
  EXPECT_EQ(event[5], json({{"k", nullptr}}));
}

TEST_F(Broker, ExcludeMeFalseSendsThePublisherItsOwnEvent) {
  auto alice = NewClient();
  alice->Ask({32, 1, json::object(), "com.topic"});
  EXPECT_EQ(alice->Ask({16, 2, {{"exclude_me", false}}, "com.topic"})[0], 36);
}

TEST_F(Broker, AcknowledgesWithThePublicationIdOfTheEvent) {
  auto alice = NewClient(), bob = NewClient();
  bob->Ask({32, 1, json::object(), "com.topic"});
  const json published = alice->Ask({16, 7, {{"acknowledge", true}}, "com.topic"});
  EXPECT_EQ(published[0], 17);
  EXPECT_EQ(published[1], 7);
  EXPECT_EQ(bob->Next()[2], published[2]);
}

TEST_F(Broker, TranslatesEventsIntoEachSubscribersSerializer) {
  auto alice = NewClient(wamp::Serializer::kJson);
  auto bob = NewClient(wamp::Serializer::kCbor), carol = NewClient(wamp::Serializer::kMsgpack);
  bob->Ask({32, 1, json::object(), "com.topic"});
  carol->Ask({32, 1, json::object(), "com.topic"});
  const json args = {1.5, "grüße", {{"deep", {true, nullptr}}}, json::binary({0, 255})};
  alice->Send({16, 2, json::object(), "com.topic", args});
  EXPECT_EQ(bob->Next()[4], args);
  EXPECT_EQ(carol->Next()[4], args);
}

TEST_F(Broker, PrefixSubscriptionsNameTheTopic) {
  auto alice = NewClient(), bob = NewClient();
  bob->Ask({32, 1, {{"match", "prefix"}}, "com.to"});
  alice->Send({16, 2, json::object(), "com.topic.a"});
  EXPECT_EQ(bob->Next()[3]["topic"], "com.topic.a");
  alice->Send({16, 3, json::object(), "com.other"});
  EXPECT_EQ(bob->Next(), nullptr);
}

TEST_F(Broker, IdentifiesThePublisherWhereThePermissionSaysSo) {
  auto alice = NewClient(), bob = NewClient();
  bob->Ask({32, 1, json::object(), "com.disclosed.topic"});
  alice->Send({16, 2, json::object(), "com.disclosed.topic"});
  const json details = bob->Next()[3];
  EXPECT_EQ(details["publisher"], alice->welcome[1]);
  EXPECT_EQ(details["publisher_authrole"], "anonymous");
}

TEST_F(Broker, UnsubscribedMeansNoMoreEvents) {
  auto alice = NewClient(), bob = NewClient();
  const json id = bob->Ask({32, 1, json::object(), "com.topic"})[2];
  EXPECT_EQ(bob->Ask({34, 2, id}), json({35, 2}));
  alice->Send({16, 2, json::object(), "com.topic"});
  EXPECT_EQ(bob->Next(), nullptr);
  EXPECT_EQ(bob->Ask({34, 3, id})[4], "wamp.error.no_such_subscription");
}

TEST_F(Broker, RefusesWhatTheRoleMayNotDo) {
  auto alice = NewClient();
  EXPECT_EQ(alice->Ask({32, 1, json::object(), "org.topic"})[4], "wamp.error.not_authorized");
  EXPECT_EQ(alice->Ask({16, 2, {{"acknowledge", true}}, "org.topic"})[4], "wamp.error.not_authorized");
  EXPECT_EQ(alice->Ask({16, 3, json::object(), "org.topic"}), nullptr);
}

TEST_F(Broker, RefusesMalformedAndReservedUris) {
  auto alice = NewClient();
  EXPECT_EQ(alice->Ask({32, 1, json::object(), "com..topic"})[4], "wamp.error.invalid_uri");
  EXPECT_EQ(alice->Ask({32, 2, json::object(), "com.a b"})[4], "wamp.error.invalid_uri");
  EXPECT_EQ(alice->Ask({16, 3, {{"acknowledge", true}}, "wamp.topic"})[4], "wamp.error.invalid_uri");
}

TEST_F(Broker, ASubscriberThatLeftGetsNothing) {
  auto alice = NewClient(), bob = NewClient();
  bob->Ask({32, 1, json::object(), "com.topic"});
  bob->peer().Finish();
  EXPECT_EQ(alice->Ask({16, 2, {{"acknowledge", true}}, "com.topic"})[0], 17);
}

TEST_F(Broker, AnEventWithoutWordsInOneSerializerStillReachesTheOthers) {
  auto alice = NewClient(wamp::Serializer::kJson);
  auto bob = NewClient(wamp::Serializer::kMsgpack), carol = NewClient(wamp::Serializer::kJson);
  bob->Ask({32, 1, json::object(), "com.topic"});
  carol->Ask({32, 1, json::object(), "com.topic"});
  alice->peer().Deliver(MessageKind::kText, R"([16,2,{},"com.topic",[1180591620717411303424]])");
  EXPECT_EQ(bob->Next(), nullptr);
  EXPECT_EQ(carol->Next()[0], 36);
}

TEST_F(Broker, AnEventThatIsTooLongForOneSubscriberIsDroppedForItAndEndsNoSession) {
  auto alice = NewClient(), bob = NewClient(), carol = NewClient();
  bob->Ask({32, 1, json::object(), "com.topic"});
  carol->Ask({32, 1, json::object(), "com.topic"});
  bob->peer().max_send_size = 256;
  alice->Send({16, 2, json::object(), "com.topic", {std::string(256, 'x')}});
  EXPECT_EQ(bob->Next(), nullptr);
  EXPECT_EQ(carol->Next()[0], 36);
  alice->Send({16, 3, json::object(), "com.topic", {"short"}});
  EXPECT_EQ(bob->Next()[4], json({"short"}));
}

}  // namespace
}  // namespace wampgate::router
