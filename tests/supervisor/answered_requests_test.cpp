#include "supervisor/answered_requests.hpp"

#include <gtest/gtest.h>

namespace wampgate::supervisor {
namespace {

using Clock = AnsweredRequests::Clock;

const std::string kId = "2f1c1b7e-6f2a-4c0f-9a52-3b8d0d0c7e11";

ApplyReply Reply(std::uint64_t revision, const Status& status = OkStatus()) {
  ApplyReply reply;
  reply.status = status;
  reply.outcome = status.ok() ? ApplyOutcome::kApplied : ApplyOutcome::kFailed;
  reply.revision = revision;
  return reply;
}

struct Caller {
  std::optional<ApplyReply> got;
  ApplyDone done() {
    return [this](const ApplyReply& reply) { got = reply; };
  }
};

TEST(AnsweredRequests, DoesNotHeedRequestsWithoutId) {
  AnsweredRequests requests;
  Caller caller;
  for (int i = 0; i < 2; ++i) {
    const auto first = requests.Begin({"", ""}, caller.done());
    ASSERT_TRUE(first.has_value());
    (*first)(Reply(1));
  }
}

TEST(AnsweredRequests, AnswersTheSameRequestAgainWithoutDoingIt) {
  AnsweredRequests requests;
  Caller first, second;
  const auto done = requests.Begin({kId, "a"}, first.done());
  ASSERT_TRUE(done.has_value());
  (*done)(Reply(7));
  EXPECT_EQ(first.got->revision, 7u);
  EXPECT_FALSE(requests.Begin({kId, "a"}, second.done()).has_value());
  ASSERT_TRUE(second.got.has_value());
  EXPECT_EQ(second.got->revision, 7u);
}

TEST(AnsweredRequests, LetsTheSameRequestWaitForTheFirst) {
  AnsweredRequests requests;
  Caller first, second;
  const auto done = requests.Begin({kId, "a"}, first.done());
  EXPECT_FALSE(requests.Begin({kId, "a"}, second.done()).has_value());
  EXPECT_FALSE(second.got.has_value());
  (*done)(Reply(7));
  ASSERT_TRUE(second.got.has_value());
  EXPECT_EQ(second.got->revision, 7u);
}

TEST(AnsweredRequests, RefusesAnIdThatCameWithAnotherRequest) {
  AnsweredRequests requests;
  Caller first, second;
  const auto done = requests.Begin({kId, "a"}, first.done());
  EXPECT_FALSE(requests.Begin({kId, "b"}, second.done()).has_value());
  ASSERT_TRUE(second.got.has_value());
  EXPECT_EQ(second.got->status.code(), StatusCode::kInvalidArgument);
  (*done)(Reply(7));
  EXPECT_EQ(first.got->revision, 7u);
}

TEST(AnsweredRequests, RemembersFailuresButNotThoseThatARetryMayMend) {
  for (const auto& [status, kept] :
       {std::pair(FailedPrecondition("no"), true), std::pair(Unavailable("no"), false),
        std::pair(ResourceExhausted("no"), false)}) {
    AnsweredRequests requests;
    Caller first, second;
    (*requests.Begin({kId, "a"}, first.done()))(Reply(1, status));
    EXPECT_EQ(requests.Begin({kId, "a"}, second.done()).has_value(), !kept) << status;
    EXPECT_EQ(second.got.has_value(), kept) << status;
  }
}

TEST(AnsweredRequests, ForgetsAfterTenMinutes) {
  AnsweredRequests requests;
  Caller caller;
  (*requests.Begin({kId, "a"}, caller.done()))(Reply(1));
  const auto now = Clock::now();
  EXPECT_FALSE(requests.Begin({kId, "a"}, caller.done(), now + std::chrono::minutes(9)).has_value());
  EXPECT_TRUE(requests.Begin({kId, "a"}, caller.done(), now + std::chrono::minutes(11)).has_value());
}

TEST(AnsweredRequests, KeepsTheLastTenThousand) {
  AnsweredRequests requests;
  Caller caller;
  for (std::size_t i = 0; i <= AnsweredRequests::kMost + 1; ++i) {
    (*requests.Begin({std::to_string(i), "a"}, caller.done()))(Reply(i));
  }
  EXPECT_FALSE(requests.Begin({"2", "a"}, caller.done()).has_value());
  EXPECT_TRUE(requests.Begin({"0", "a"}, caller.done()).has_value());
}

TEST(AnsweredRequests, TakesOverWhatIsKeptWithARevisionForTheRestOfItsTime) {
  AnsweredRequests requests;
  internal::Request kept;
  kept.set_id(kId);
  kept.set_digest("a");
  kept.mutable_result()->set_revision(9);
  kept.mutable_result()->set_outcome(v1::ApplyResult::APPLIED);
  const auto now = Clock::now();
  requests.Remember(kept, std::chrono::minutes(4), now);
  Caller caller;
  EXPECT_FALSE(requests.Begin({kId, "a"}, caller.done(), now + std::chrono::minutes(5)).has_value());
  ASSERT_TRUE(caller.got.has_value());
  EXPECT_EQ(caller.got->revision, 9u);
  EXPECT_EQ(caller.got->outcome, ApplyOutcome::kApplied);
  EXPECT_TRUE(requests.Begin({kId, "a"}, caller.done(), now + std::chrono::minutes(7)).has_value());
}

}  // namespace
}  // namespace wampgate::supervisor
