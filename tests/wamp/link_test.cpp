#include "wamp/link.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/fake_channel.hpp"

namespace wampgate::wamp {
namespace {

using testing::FakeChannel;
using testing::FakePeer;

constexpr Serialization kBatchedJson{Serializer::kJson, Batching::kBatched};
constexpr Serialization kPlainJson{Serializer::kJson, Batching::kNone};
constexpr Serialization kPlainCbor{Serializer::kCbor, Batching::kNone};

/// An owner of a link that writes down what it hears.
class LinkOwner final : public LinkReceiver {
 public:
  explicit LinkOwner(Serialization serialization) : link(std::make_unique<FakeChannel>(peer), serialization) {
    link.SetReceiver(this);
  }

  void OnMessage(std::string_view message) override {
    messages.emplace_back(message);
    if (leaves_after_one) link.SetReceiver(nullptr);
  }
  bool OnLargeMessage(std::size_t, std::string_view) override { return true; }
  void OnPart(std::string_view octets, bool) override { parts += octets; }
  void OnDrained() override { ++drained; }
  void OnViolation(std::string_view detail) override { violations.emplace_back(detail); }
  void OnLinkEnd(const ChannelEnd&) override { ++ends; }

  std::shared_ptr<FakePeer> peer = std::make_shared<FakePeer>();
  Link link;
  std::vector<std::string> messages, violations;
  std::string parts;
  int drained = 0, ends = 0;
  bool leaves_after_one = false;
};

TEST(Link, SplitsTheBatchesThatComeIn) {
  LinkOwner owner(kBatchedJson);
  owner.peer->Deliver(MessageKind::kText, "[1]\x18[2]\x1e");
  EXPECT_EQ(owner.messages, (std::vector<std::string>{"[1]", "[2]"}));
  EXPECT_TRUE(owner.violations.empty());
}

TEST(Link, SendsInTheFormOfItsSerialization) {
  LinkOwner batched(kBatchedJson);
  EXPECT_TRUE(batched.link.Send("[1]"));
  EXPECT_TRUE(batched.link.SendDocument(nlohmann::json::array({6, nlohmann::json::object(), "a.b"})));
  ASSERT_EQ(batched.peer->sent.size(), 2U);
  EXPECT_EQ(batched.peer->sent[0], (std::pair{MessageKind::kText, std::string("[1]\x18")}));
  EXPECT_EQ(batched.peer->sent[1].second, "[6,{},\"a.b\"]\x18");

  LinkOwner plain(kPlainCbor);
  EXPECT_TRUE(plain.link.SendDocument(nlohmann::json::array({1})));
  EXPECT_EQ(plain.peer->sent.at(0), (std::pair{MessageKind::kBinary, std::string("\x81\x01")}));
}

TEST(Link, SaysWhenAMessageIsTooLong) {
  LinkOwner owner(kPlainJson);
  owner.peer->max_send_size = 3;
  EXPECT_TRUE(owner.link.Send("[1]"));
  EXPECT_FALSE(owner.link.Send("[10]"));
}

TEST(Link, TakesNothingMoreAfterABrokenBatch) {
  LinkOwner owner(kBatchedJson);
  owner.peer->Deliver(MessageKind::kText, "[1]\x18[2]");
  owner.peer->Deliver(MessageKind::kText, "[3]\x18");
  EXPECT_TRUE(owner.messages.empty());
  EXPECT_EQ(owner.violations.size(), 1U);
}

TEST(Link, RefusesTheWrongKindOfMessageWhereThePeerTellsIt) {
  LinkOwner owner(kPlainJson);
  owner.peer->tells_kind = true;
  owner.peer->Deliver(MessageKind::kBinary, "[1]");
  EXPECT_TRUE(owner.messages.empty());
  EXPECT_EQ(owner.violations,
            (std::vector<std::string>{"binary message where the serializer asks for text"}));

  LinkOwner rawsocket(kPlainJson);  // which delivers everything as binary
  rawsocket.peer->Deliver(MessageKind::kBinary, "[1]");
  EXPECT_EQ(rawsocket.messages, (std::vector<std::string>{"[1]"}));
}

TEST(Link, StopsInABatchWhenItsOwnerLeaves) {
  LinkOwner owner(kBatchedJson);
  owner.leaves_after_one = true;
  owner.peer->Deliver(MessageKind::kText, "[1]\x18[2]\x18");
  EXPECT_EQ(owner.messages, (std::vector<std::string>{"[1]"}));
  EXPECT_TRUE(owner.violations.empty());
}

TEST(Link, PassesLargeMessagesOnlyWithoutBatching) {
  LinkOwner plain(kPlainJson);
  EXPECT_TRUE(plain.peer->receiver->OnLargeMessage(MessageKind::kText, 100'000, "[1"));
  plain.peer->receiver->OnPart("[1", false);
  plain.peer->receiver->OnPart("]", true);
  EXPECT_EQ(plain.parts, "[1]");

  LinkOwner batched(kBatchedJson);
  EXPECT_FALSE(batched.peer->receiver->OnLargeMessage(MessageKind::kText, 100'000, "[1"));

  LinkOwner wrong_kind(kPlainJson);
  wrong_kind.peer->tells_kind = true;
  EXPECT_FALSE(wrong_kind.peer->receiver->OnLargeMessage(MessageKind::kBinary, 100'000, "[1"));
}

TEST(Link, TellsItsOwnerOfTheEnd) {
  LinkOwner owner(kPlainJson);
  owner.peer->receiver->OnDrained();
  owner.peer->Finish();
  EXPECT_EQ(owner.drained, 1);
  EXPECT_EQ(owner.ends, 1);
}

}  // namespace
}  // namespace wampgate::wamp
