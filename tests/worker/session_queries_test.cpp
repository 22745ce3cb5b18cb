#include "worker/session_queries.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "support/run_until.hpp"
#include "worker/session_streams.hpp"

namespace wampgate::worker {
namespace {

/// An open session whose facts the test sets.
class FakeSession final : public wamp::Session {
 public:
  FakeSession(wamp::SessionRegistry& registry, std::uint64_t id) : registry_(registry), id_(id) {
    facts_.is_open = true;
    facts_.began = facts_.last_message = std::chrono::steady_clock::now();
    details_.transport = "workers/w/transports/t";
  }
  using wamp::Session::End;
  void End(EndReason reason, const wamp::Farewell& farewell) override {
    farewells.push_back(farewell.uri);
    registry_.Ended(*this, {.reason = reason, .stage = wamp::SessionStage::kOpen, .detail = farewell.text});
    registry_.Remove(*this);
  }
  void Kill() override {}
  const wamp::TransportDetails& details() const override { return details_; }
  std::uint64_t id() const override { return id_; }
  const std::string& realm() const override { return realm_; }
  wamp::SessionFacts facts() const override {
    wamp::SessionFacts facts = facts_;
    facts.authid = authid_;
    return facts;
  }
  void SetTraced(bool on) override { traced_ = on; }

  wamp::SessionFacts facts_;
  std::string realm_ = "realm1", authid_ = "alice";
  bool traced_ = false;
  static inline std::vector<std::string> farewells;

 private:
  wamp::SessionRegistry& registry_;
  std::uint64_t id_;
  wamp::TransportDetails details_;
};

class SessionQueriesTest : public ::testing::Test {
 protected:
  SessionQueriesTest() {
    FakeSession::farewells.clear();
    registry_.SetObserver(&streams_);
    session_queries_.Serve(queries_);
    streams_.Serve(queries_);
  }
  FakeSession& Add(std::uint64_t id) {
    auto session = std::make_unique<FakeSession>(registry_, id);
    FakeSession& added = *session;
    registry_.Add(std::move(session));
    return added;
  }
  internal::QueryAnswer Ask(internal::Query query) {
    sent_.clear();
    query.set_id(7);
    loop_.Turn([&] { queries_.OnQuery(query); });
    EXPECT_TRUE(test::RunUntil(loop_, [this] { return !sent_.empty(); }));
    return sent_.empty() ? internal::QueryAnswer() : sent_[0].query_answer();
  }
  internal::QueryAnswer List(const std::string& filter, std::uint32_t limit = 0) {
    internal::Query query;
    query.mutable_list_sessions()->set_filter(filter);
    query.mutable_list_sessions()->set_limit(limit);
    return Ask(query);
  }
  internal::ClosedSessions Close(const std::string& filter, std::uint32_t limit) {
    internal::Query query;
    query.mutable_close_sessions()->set_filter(filter);
    query.mutable_close_sessions()->set_limit(limit);
    query.mutable_close_sessions()->set_goodbye_reason("com.example.bye");
    return Ask(query).closed();
  }
  void Subscribe(std::uint64_t id, const std::string& name, const std::string& authid = "") {
    internal::Subscribe subscribe;
    subscribe.set_id(id);
    if (!name.empty()) subscribe.mutable_trace()->set_name(name);
    if (!authid.empty()) subscribe.mutable_trace()->set_authid(authid);
    if (name.empty() && authid.empty()) subscribe.mutable_sessions();
    loop_.Turn([&] { queries_.OnSubscribe(subscribe); });
  }

  net::Loop loop_;
  wamp::SessionRegistry registry_{
      [this](std::unique_ptr<wamp::Session> session) { disposed_.push_back(std::move(session)); }};
  std::vector<std::unique_ptr<wamp::Session>> disposed_;
  std::vector<internal::Frame> sent_;
  std::size_t pending_ = 0;
  EndedSessions ended_;
  SlicedWork work_{loop_};
  ProcessNames names_{"workers/w", "workers/w/processes/3"};
  SessionStreams streams_{{registry_, ended_, work_, names_}};
  SessionQueries session_queries_{{loop_, registry_, ended_, work_, names_}};
  Queries queries_{[this](const internal::Frame& frame) { sent_.push_back(frame); },
                   [this] { return pending_; }};
};

TEST_F(SessionQueriesTest, ListsOpenSessionsThatMatchInSlices) {
  for (std::uint64_t id = 1; id <= 2000; ++id) Add(id).realm_ = id % 4 == 0 ? "four" : "other";
  Add(5000).facts_.is_open = false;
  const auto all = List("").sessions();
  EXPECT_EQ(all.total(), 2000U);
  EXPECT_EQ(all.sessions_size(), 2000);
  const auto four = List("realm = four", 10).sessions();
  EXPECT_EQ(four.total(), 500U);
  EXPECT_EQ(four.sessions_size(), 10);
  EXPECT_EQ(four.sessions(0).process(), "workers/w/processes/3");
  EXPECT_EQ(List("no_such_field = 1").status().code(), static_cast<int>(StatusCode::kInvalidArgument));
}

TEST_F(SessionQueriesTest, TextsOfPeersAreCutAndMadeValid) {
  FakeSession& session = Add(1);
  session.authid_ = std::string(1024 * 1024, 'a');
  session.realm_ = "bad \xFF\xC0 octets";
  const auto listed = List("").sessions().sessions(0);
  EXPECT_LE(listed.authid().size(), 256U);
  EXPECT_EQ(listed.realm(), "bad ?? octets");
}

TEST_F(SessionQueriesTest, RatesAreOverTheAgeFirstAndThenSinceTheListBefore) {
  FakeSession& session = Add(1);
  session.facts_.began -= std::chrono::seconds(100);
  session.facts_.traffic.messages_in = 200;
  EXPECT_NEAR(List("").sessions().sessions(0).message_rate_from_client(), 2.0, 0.1);
  session.facts_.traffic.messages_in = 100000;
  EXPECT_NEAR(List("").sessions().sessions(0).message_rate_from_client(), 2.0, 0.1)
      << "within a second: as before";
}

TEST_F(SessionQueriesTest, ClosesTheLongestIdleFirstAndNotMoreThanTold) {
  for (std::uint64_t id = 1; id <= 10; ++id) Add(id).facts_.last_message -= std::chrono::seconds(id);
  EXPECT_EQ(Close("", 0).left(), 10U) << "counts only";
  const auto closed = Close("", 3);
  EXPECT_EQ(closed.closed(), 3U);
  EXPECT_EQ(closed.left(), 7U);
  EXPECT_EQ(FakeSession::farewells, std::vector<std::string>(3, "com.example.bye"));
  for (const auto& session : disposed_) EXPECT_GE(session->id(), 8U);
  EXPECT_EQ(Close("realm = nowhere", 3).closed(), 0U);
}

TEST_F(SessionQueriesTest, KeepsTheLastTenThousandEndsInBoundedMemory) {
  FakeSession session(registry_, 1);
  const std::string vast(1024 * 1024, 'x');
  session.authid_ = session.realm_ = vast;
  for (std::size_t i = 0; i < EndedSessions::kMost + 5; ++i) {
    registry_.Ended(session, {.reason = EndReason::kBackendRefused,
                              .stage = wamp::SessionStage::kJoin,
                              .detail = vast,
                              .authmethods = "ticket,wampcra",
                              .backend_reason = vast,
                              .backend_message = vast});
    if (i == 0) {
      v1::EndedSession first;
      ASSERT_TRUE(ended_.Read(0, first));
      EXPECT_LT(first.ByteSizeLong(), 4096U);
      session.authid_ = session.realm_ = "short";
    }
  }
  EXPECT_EQ(ended_.begin(), 5U);
  EXPECT_EQ(ended_.end(), EndedSessions::kMost + 5);
  internal::Query query;
  query.mutable_list_ended()->set_filter("stage = join");
  query.mutable_list_ended()->set_limit(3);
  const auto answer = Ask(query).ended();
  ASSERT_EQ(answer.ended_size(), 3);
  EXPECT_EQ(answer.ended(0).reason(), "backend_refused");
  EXPECT_EQ(answer.ended(0).authmethods_size(), 2);
}

TEST_F(SessionQueriesTest, AWatcherGetsThoseThereThenWhatHappens) {
  Add(1);
  Subscribe(9, "");
  EXPECT_TRUE(test::RunUntil(loop_, [this] { return sent_.size() == 1; }));
  EXPECT_EQ(sent_[0].stream_item().session().kind(), v1::SessionEvent::PRESENT);
  FakeSession& second = Add(2);
  registry_.Opened(second);
  second.End(EndReason::kClosedByOperator);
  ASSERT_EQ(sent_.size(), 3U);
  EXPECT_EQ(sent_[1].stream_item().session().kind(), v1::SessionEvent::OPENED);
  EXPECT_EQ(sent_[2].stream_item().session().kind(), v1::SessionEvent::ENDED);
  EXPECT_EQ(sent_[2].stream_item().session().end().reason(), "closed_by_operator");
  queries_.OnUnsubscribe(9);
  registry_.Opened(Add(3));
  EXPECT_EQ(sent_.size(), 3U);
}

TEST_F(SessionQueriesTest, ATraceMarksItsSessionsAndUnmarksThem) {
  FakeSession& alice = Add(1);
  FakeSession& bob = Add(2);
  bob.authid_ = "bob";
  Subscribe(1, "", "alice");
  Subscribe(2, "workers/w/sessions/1");
  EXPECT_TRUE(alice.traced_);
  EXPECT_FALSE(bob.traced_);
  FakeSession& late = Add(3);
  registry_.Opened(late);
  EXPECT_TRUE(late.traced_) << "those to come too";
  registry_.Traced(alice,
                   {.octets = R"([48,7,{},"com.example.add",["secret"]])", .size = 38, .outcome = "relayed"});
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(sent_[0].stream_item().traced().uri(), "com.example.add");
  EXPECT_EQ(sent_[0].stream_item().traced().request(), 7U);
  EXPECT_EQ(sent_[0].DebugString().find("secret"), std::string::npos);
  queries_.OnUnsubscribe(1);
  EXPECT_TRUE(alice.traced_) << "the other trace goes on";
  EXPECT_FALSE(late.traced_);
  alice.End(EndReason::kClientLost);
  EXPECT_TRUE(sent_.back().stream_item().end());
}

TEST_F(SessionQueriesTest, ATraceOfTooManySessionsEndsWithTheReason) {
  for (std::uint64_t id = 1; id <= SessionStreams::kMostTraced + 1; ++id) Add(id);
  Subscribe(1, "", "alice");
  ASSERT_FALSE(sent_.empty());
  EXPECT_TRUE(sent_[0].stream_item().end());
  EXPECT_EQ(sent_[0].stream_item().status().code(), static_cast<int>(StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace wampgate::worker
