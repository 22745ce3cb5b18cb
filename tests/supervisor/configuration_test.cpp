// Revisions, confirmations and repeated requests against real processes.
#include <gtest/gtest.h>

#include "supervisor_fixture.hpp"

namespace wampgate::supervisor {
namespace {

using std::chrono::milliseconds;

const std::string kId = "2f1c1b7e-6f2a-4c0f-9a52-3b8d0d0c7e11";

v1::Node Document(int hello_timeout) {
  return TestNode({{.hello_timeout = hello_timeout}});
}

class ConfigurationTest : public SupervisorTest {
 protected:
  ApplyReply RollBack(std::uint64_t number, ApplyOptions options = {}) {
    std::optional<ApplyReply> got;
    supervisor_->RollBack(number, std::move(options), [&](const ApplyReply& reply) { got = reply; });
    RunUntil(loop_, [&] { return got.has_value(); });
    return *got;
  }
  Status Confirm(std::uint64_t number) {
    std::optional<Status> got;
    supervisor_->Confirm(number, [&](const Status& status) { got = status; });
    RunUntil(loop_, [&] { return got.has_value(); });
    return *got;
  }
  void Reopen() {
    Close();
    Open();
    ASSERT_TRUE(Restore().status.ok());
  }
};

TEST_F(ConfigurationTest, RollsBackAsANewRevision) {
  ASSERT_TRUE(Apply(Document(1000)).status.ok());
  ASSERT_TRUE(Apply(Document(2000)).status.ok());
  const ApplyReply back = RollBack(1, {.author = "me", .message = "why"});
  ASSERT_TRUE(back.status.ok()) << back.status;
  EXPECT_EQ(back.revision, 3u);
  EXPECT_NE(Ask(PortOf()).find(" 1000"), std::string::npos);
  const internal::Revision running = Running();
  EXPECT_EQ(running.origin(), "rollback:1");
  EXPECT_EQ(running.author(), "me");
  EXPECT_EQ(running.message(), "why");
  EXPECT_EQ(*supervisor_->ListRevisions(), (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(RollBack(1).outcome, ApplyOutcome::kNoChange);
  EXPECT_EQ(RollBack(4).status.code(), StatusCode::kNotFound);
  EXPECT_EQ(RollBack(0).status.code(), StatusCode::kNotFound);
}

TEST_F(ConfigurationTest, SaysThatARevisionFileIsDamaged) {
  ASSERT_TRUE(Apply(Document(1000)).status.ok());
  ASSERT_TRUE(Apply(Document(2000)).status.ok());
  Disk disk;
  ASSERT_TRUE(disk.Write(folder_ / ".wampgate/revisions/0000000001.revision", "rubbish").ok());
  EXPECT_EQ(RollBack(1).status.code(), StatusCode::kDataLoss);
  EXPECT_EQ(Revision(), 2u);
}

TEST_F(ConfigurationTest, RollsBackWhatIsNotConfirmed) {
  ASSERT_TRUE(Apply(Document(1000)).status.ok());
  ASSERT_TRUE(Apply(Document(2000), {.confirm_timeout = milliseconds(200)}).status.ok());
  AwaitRevision(3);
  const internal::Revision running = Running();
  EXPECT_EQ(running.undoes(), 2u);
  EXPECT_EQ(running.origin(), "rollback:1");
  EXPECT_NE(Ask(PortOf()).find(" 1000"), std::string::npos);
  EXPECT_EQ(Confirm(2).code(), StatusCode::kFailedPrecondition);
}

TEST_F(ConfigurationTest, KeepsWhatIsConfirmed) {
  ASSERT_TRUE(Apply(Document(1000)).status.ok());
  ASSERT_TRUE(Apply(Document(2000), {.confirm_timeout = milliseconds(300)}).status.ok());
  EXPECT_EQ(Confirm(1).code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Confirm(2).ok());
  EXPECT_EQ(Confirm(2).code(), StatusCode::kFailedPrecondition);
  bool later = false;
  Timer timer;
  timer.Start(loop_.timers(), milliseconds(600), [&] { later = true; });
  RunUntil(loop_, [&] { return later; });
  EXPECT_EQ(Revision(), 2u);
  Reopen();
  EXPECT_TRUE(Running().confirmation().confirmed());
  EXPECT_TRUE(Apply(Document(3000)).status.ok());
}

TEST_F(ConfigurationTest, ChangesNothingElseWhileARevisionWaits) {
  ASSERT_TRUE(Apply(Document(1000)).status.ok());
  ASSERT_TRUE(Apply(Document(2000), {.confirm_timeout = std::chrono::minutes(1)}).status.ok());
  const ApplyReply refused = Apply(Document(3000));
  EXPECT_EQ(refused.status.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(Message(refused.status).find("wampgatectl confirm 2"), std::string_view::npos) << refused.status;
  EXPECT_EQ(Apply(Document(2000)).outcome, ApplyOutcome::kNoChange);
  EXPECT_EQ(RollBack(1).revision, 3u);
  EXPECT_TRUE(Apply(Document(3000)).status.ok());
}

TEST_F(ConfigurationTest, RemembersAcrossARestartThatARevisionWaits) {
  ASSERT_TRUE(Apply(Document(1000)).status.ok());
  ASSERT_TRUE(Apply(Document(2000), {.confirm_timeout = milliseconds(1)}).status.ok());
  // Whether or not it has been undone before, it is undone afterwards.
  Reopen();
  AwaitRevision(3);
  EXPECT_NE(Ask(PortOf()).find(" 1000"), std::string::npos);
}

TEST_F(ConfigurationTest, AnswersARepeatedRequestWithoutDoingIt) {
  ASSERT_TRUE(Apply(Document(1000)).status.ok());
  const ApplyOptions options{.request_id = kId, .request_digest = "a"};
  EXPECT_EQ(Apply(Document(2000), options).revision, 2u);
  EXPECT_EQ(Apply(Document(3000)).revision, 3u);
  const ApplyReply again = Apply(Document(2000), options);
  EXPECT_EQ(again.revision, 2u);
  EXPECT_EQ(again.outcome, ApplyOutcome::kApplied);
  EXPECT_EQ(Revision(), 3u);
}

TEST_F(ConfigurationTest, AnswersARepeatedRequestAfterARestart) {
  ASSERT_TRUE(Apply(Document(1000)).status.ok());
  const ApplyOptions options{.request_id = kId, .request_digest = "a"};
  const ApplyReply first = Apply(Document(2000), options);
  Reopen();
  const ApplyReply again = Apply(Document(2000), options);
  EXPECT_EQ(again.outcome, ApplyOutcome::kApplied);
  EXPECT_EQ(again.revision, first.revision);
  EXPECT_EQ(again.plan.SerializeAsString(), first.plan.SerializeAsString());
  ASSERT_EQ(again.processes.size(), 1u);
  EXPECT_EQ(again.processes[0].outcome, ProcessOutcome::kCommitted);
  EXPECT_EQ(Apply(Document(3000), {.request_id = kId, .request_digest = "b"}).status.code(),
            StatusCode::kInvalidArgument);
}

TEST_F(ConfigurationTest, DoesARepeatedRequestOnceWhenBothComeAtOnce) {
  ASSERT_TRUE(Apply(Document(1000)).status.ok());
  std::vector<std::uint64_t> revisions;
  for (int i = 0; i < 5; ++i) {
    supervisor_->Apply(Document(2000), {.request_id = kId, .request_digest = "a"},
                       [&](const ApplyReply& reply) { revisions.push_back(reply.revision); });
  }
  RunUntil(loop_, [&] { return revisions.size() == 5; });
  EXPECT_EQ(revisions, std::vector<std::uint64_t>(5, 2));
}

TEST_F(ConfigurationTest, TellsWatchersWhatHappens) {
  ASSERT_TRUE(Apply(Document(1000)).status.ok());
  std::vector<std::pair<ConfigEventKind, std::uint64_t>> events;
  const auto tell = [&](ConfigEventKind kind, const internal::Revision& revision) {
    events.emplace_back(kind, revision.number());
  };
  const std::uint64_t watch = supervisor_->WatchConfig(0, {tell, [](const Status&) {}});
  ASSERT_TRUE(Apply(Document(2000), {.confirm_timeout = milliseconds(100)}).status.ok());
  RunUntil(loop_, [&] { return events.size() == 4; });
  using enum ConfigEventKind;
  const std::vector<std::pair<ConfigEventKind, std::uint64_t>> expected = {
      {kSnapshot, 1}, {kCommitted, 2}, {kRolledBack, 3}, {kCommitted, 3}};
  EXPECT_EQ(events, expected);
  supervisor_->UnwatchConfig(watch);
  events.clear();
  supervisor_->WatchConfig(1, {tell, [](const Status&) {}});
  RunUntil(loop_, [&] { return events.size() == 3; });
  EXPECT_EQ(events, decltype(events)(expected.begin() + 1, expected.end()));
}

TEST_F(ConfigurationTest, EndsWatchesWhenItStops) {
  ASSERT_TRUE(Apply(Document(1000)).status.ok());
  std::optional<Status> ended;
  supervisor_->WatchConfig(
      0, {[](ConfigEventKind, const internal::Revision&) {}, [&](const Status& status) { ended = status; }});
  Close();
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace wampgate::supervisor
