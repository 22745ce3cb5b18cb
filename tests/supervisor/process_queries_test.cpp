#include "supervisor/process_queries.hpp"

#include "supervisor_fixture.hpp"

namespace wampgate::supervisor {
namespace {

using Answers = StatusOr<std::vector<ProcessAnswer>>;

/// Fake workers answer ListSessions with their pid as `total`, or refuse where the filter says so.
class ProcessQueriesTest : public SupervisorTest {
 protected:
  Answers AskFor(const ProcessSelector& selector, const std::string& filter = "",
                 std::chrono::milliseconds deadline = std::chrono::seconds(20)) {
    internal::Query query;
    query.mutable_list_sessions()->set_filter(filter);
    std::optional<Answers> got;
    supervisor_->Ask(selector, query, deadline, [&](Answers answers) { got = std::move(answers); });
    RunUntil(loop_, [&] { return got.has_value(); });
    return got ? *std::move(got) : Answers(Internal("no answer at all"));
  }
};

TEST_F(ProcessQueriesTest, EveryProcessAnswersOnceAndIsNamed) {
  ASSERT_TRUE(Apply(TestNode({{.processes = 2}, {.id = "worker2", .transport = "other"}})).status.ok());
  const auto all = AskFor({});
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->size(), 3U);
  EXPECT_EQ((*all)[0].process, "workers/worker1/processes/0");
  EXPECT_EQ((*all)[1].process, "workers/worker1/processes/1");
  EXPECT_EQ((*all)[2].process, "workers/worker2/processes/0");
  for (const auto& answer : *all) EXPECT_TRUE(answer.status.ok()) << answer.status;
  EXPECT_NE((*all)[0].answer.sessions().total(), (*all)[1].answer.sessions().total());

  const auto one = AskFor({.worker = "worker1", .process = 1});
  ASSERT_TRUE(one.ok()) << one.status();
  ASSERT_EQ(one->size(), 1U);
  EXPECT_EQ((*one)[0].answer.sessions().total(), (*all)[1].answer.sessions().total());
}

TEST_F(ProcessQueriesTest, UnknownWorkersAndProcessesAreNotFound) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  EXPECT_EQ(AskFor({.worker = "nobody"}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(AskFor({.worker = "worker1", .process = 7}).status().code(), StatusCode::kNotFound);
}

TEST_F(ProcessQueriesTest, ARefusalIsTheStatusOfItsProcess) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  const auto answers = AskFor({}, "refuse");
  ASSERT_TRUE(answers.ok());
  EXPECT_EQ(answers->at(0).status, InvalidArgument("refused"));
}

TEST_F(ProcessQueriesTest, AProcessThatDoesNotAnswerInTimeIsReported) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  const auto answers = AskFor({}, "ignore", std::chrono::milliseconds(200));
  ASSERT_TRUE(answers.ok());
  EXPECT_EQ(answers->at(0).status, DeadlineExceeded("no answer within 200 ms"));
  EXPECT_TRUE(AskFor({}).value().at(0).status.ok()) << "the next question is answered";
}

TEST_F(ProcessQueriesTest, AProcessThatEndsWhileItIsAskedIsReportedAtOnce) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  const auto answers = AskFor({}, "die");
  ASSERT_TRUE(answers.ok());
  EXPECT_EQ(answers->at(0).status.code(), StatusCode::kUnavailable);
}

TEST_F(ProcessQueriesTest, AStoppedWorkersProcessesAreReported) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  ASSERT_TRUE(Do(&Supervisor::StopWorker, "worker1").ok());
  const auto answers = AskFor({});
  ASSERT_TRUE(answers.ok());
  EXPECT_EQ(answers->at(0).status, Unavailable("the process is stopped"));
}

TEST_F(ProcessQueriesTest, ASubscriptionReachesProcessesThatStartLaterAndEndsWhenToldTo) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  internal::Subscribe subscribe;
  subscribe.mutable_sessions();
  int items = 0, gone = 0;
  const auto id =
      supervisor_->Subscribe({}, subscribe,
                             {.on_item =
                                  [&](const std::string& process, internal::StreamItem&) {
                                    EXPECT_EQ(process, "workers/worker1/processes/0");
                                    ++items;
                                  },
                              .on_gone = [&](const std::string&) { ++gone; },
                              .on_refused = [](const Status& status) { ADD_FAILURE() << status; }});
  RunUntil(loop_, [&] { return items == 1; });  // a fake worker sends one per subscription
  ASSERT_TRUE(Do(&Supervisor::RestartWorker, "worker1").ok());
  RunUntil(loop_, [&] { return items == 2 && gone == 1; });
  supervisor_->Unsubscribe(id);
  ASSERT_TRUE(Do(&Supervisor::RestartWorker, "worker1").ok());
  EXPECT_EQ(items, 2);
  EXPECT_EQ(gone, 1);
}

TEST_F(ProcessQueriesTest, SubscriptionsAreBounded) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  std::optional<Status> refused;
  const SubscriptionCalls calls{.on_item = [](const std::string&, internal::StreamItem&) {},
                                .on_gone = [](const std::string&) {},
                                .on_refused = [&](const Status& status) { refused = status; }};
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < ProcessQueries::kMostSubscriptions; ++i) {
    last = supervisor_->Subscribe({}, {}, calls);
  }
  Revision();
  EXPECT_FALSE(refused);
  supervisor_->Subscribe({}, {}, calls);
  RunUntil(loop_, [&] { return refused.has_value(); });
  EXPECT_EQ(refused->code(), StatusCode::kResourceExhausted);
  refused.reset();
  supervisor_->Unsubscribe(last);
  supervisor_->Subscribe({}, {}, calls);
  Revision();
  EXPECT_FALSE(refused);
}

}  // namespace
}  // namespace wampgate::supervisor
