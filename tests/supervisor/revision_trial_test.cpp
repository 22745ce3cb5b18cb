#include "supervisor/revision_trial.hpp"

#include <gtest/gtest.h>

namespace wampgate::supervisor {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class RevisionTrialTest : public ::testing::Test {
 protected:
  int Crash(int times) {
    int bad = 0;
    for (int i = 0; i < times; ++i) bad += trial_.Crashed(now_) ? 1 : 0;
    return bad;
  }
  RevisionTrial trial_;
  RevisionTrial::Clock::time_point now_{};
};

TEST_F(RevisionTrialTest, FindsARevisionBadAtTheFifthCrashWithinAMinuteAndSaysSoOnce) {
  trial_.Begin(6, now_);
  EXPECT_EQ(Crash(4), 0);
  now_ += seconds(60);
  EXPECT_EQ(Crash(1), 1);
  EXPECT_EQ(trial_.before(), 6u);
  EXPECT_EQ(Crash(20), 0);
}

TEST_F(RevisionTrialTest, FindsNothingBadThatCrashesLater) {
  trial_.Begin(6, now_);
  EXPECT_EQ(Crash(4), 0);
  now_ += seconds(61);
  EXPECT_EQ(Crash(20), 0);
}

TEST_F(RevisionTrialTest, FindsNothingBadWhereProcessesHadCrashedShortlyBefore) {
  Crash(1);
  now_ += minutes(9);
  trial_.Begin(6, now_);
  EXPECT_EQ(Crash(20), 0);
}

TEST_F(RevisionTrialTest, ForgetsCrashesOfTenMinutesAgo) {
  Crash(1);
  now_ += minutes(10);
  trial_.Begin(6, now_);
  EXPECT_EQ(Crash(5), 1);
}

TEST_F(RevisionTrialTest, HasNothingToGoBackToAtFirst) {
  trial_.Begin(0, now_);
  EXPECT_EQ(Crash(20), 0);
}

TEST_F(RevisionTrialTest, CountsAnewForEachRevision) {
  trial_.Begin(6, now_);
  now_ += seconds(10);
  trial_.Begin(6, now_);
  EXPECT_EQ(Crash(4), 0);
  trial_.End();
  EXPECT_EQ(Crash(20), 0);
}

TEST_F(RevisionTrialTest, CallsForGoingBackAgainWhereThatFailed) {
  trial_.Begin(6, now_);
  EXPECT_EQ(Crash(5), 1);
  trial_.TryAgain();
  now_ += minutes(2);
  EXPECT_EQ(Crash(3), 1);
}

}  // namespace
}  // namespace wampgate::supervisor
