#include "worker/queries.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace wampgate::worker {
namespace {

/// Queries over a channel that is a vector.
class QueriesTest : public ::testing::Test {
 protected:
  static internal::Query ListSessions(std::uint64_t id) {
    internal::Query query;
    query.set_id(id);
    query.mutable_list_sessions();
    return query;
  }
  static internal::Subscribe Sessions(std::uint64_t id) {
    internal::Subscribe subscribe;
    subscribe.set_id(id);
    subscribe.mutable_sessions();
    return subscribe;
  }
  std::vector<internal::Frame> sent_;
  std::size_t pending_ = 0;
  Queries queries_{[this](const internal::Frame& frame) { sent_.push_back(frame); },
                   [this] { return pending_; }};
};

TEST_F(QueriesTest, AKindThatNobodyServesIsRefused) {
  queries_.OnQuery(ListSessions(4));
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_EQ(sent_[0].query_answer().id(), 4U);
  EXPECT_EQ(sent_[0].query_answer().status().code(), static_cast<int>(StatusCode::kUnimplemented));
}

TEST_F(QueriesTest, AnAnswerMayComeLaterAndCountsOnce) {
  std::vector<AnswerSlot> slots;
  queries_.Serve(internal::Query::kListSessions,
                 [&](const internal::Query&, const AnswerSlot& slot) { slots.push_back(slot); });
  queries_.OnQuery(ListSessions(5));
  EXPECT_TRUE(sent_.empty());
  internal::QueryAnswer answer;
  answer.mutable_sessions()->set_total(3);
  slots[0].Send(answer);
  slots[0].Refuse(Internal("again"));
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_EQ(sent_[0].query_answer().id(), 5U);
  EXPECT_EQ(sent_[0].query_answer().sessions().total(), 3U);
}

TEST_F(QueriesTest, AnAnswerAfterTheChannelBrokeIsNotSentToTheNextSupervisor) {
  std::vector<AnswerSlot> slots;
  queries_.Serve(internal::Query::kListSessions,
                 [&](const internal::Query&, const AnswerSlot& slot) { slots.push_back(slot); });
  queries_.OnQuery(ListSessions(5));
  queries_.OnLost();
  slots[0].Send({});
  EXPECT_TRUE(sent_.empty());
}

TEST_F(QueriesTest, ItemsThatTheSupervisorDoesNotTakeAreLostAndCounted) {
  ItemStream* stream = nullptr;
  int stopped = 0;
  queries_.Serve(internal::Subscribe::kSessions, [&](const internal::Subscribe&, ItemStream& fed) {
    stream = &fed;
    return [&stopped] { ++stopped; };
  });
  queries_.OnSubscribe(Sessions(9));
  internal::StreamItem item;
  item.mutable_session();
  EXPECT_TRUE(stream->Send(item));
  pending_ = ItemStream::kMostPending + 1;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(stream->Send(item));
  ASSERT_EQ(sent_.size(), 2U) << "the first loss is told at once, without the item";
  EXPECT_EQ(sent_[1].stream_item().lost(), 1U);
  EXPECT_FALSE(sent_[1].stream_item().has_session());
  pending_ = 0;
  EXPECT_TRUE(stream->Send(item));
  EXPECT_EQ(sent_[2].stream_item().lost(), 2U);
  EXPECT_TRUE(sent_[2].stream_item().has_session());
  queries_.OnUnsubscribe(9);
  EXPECT_EQ(stopped, 1);
}

TEST_F(QueriesTest, TheSourcesOfAllSubscriptionsStopWhenTheChannelBreaks) {
  int stopped = 0;
  queries_.Serve(internal::Subscribe::kSessions,
                 [&](const internal::Subscribe&, ItemStream&) { return [&stopped] { ++stopped; }; });
  queries_.OnSubscribe(Sessions(1));
  queries_.OnSubscribe(Sessions(2));
  queries_.OnLost();
  EXPECT_EQ(stopped, 2);
}

TEST_F(QueriesTest, ASubscriptionOfAnUnknownKindEndsAtOnce) {
  queries_.OnSubscribe(Sessions(1));
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_TRUE(sent_[0].stream_item().end());
}

}  // namespace
}  // namespace wampgate::worker
