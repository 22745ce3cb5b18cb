#include "supervisor/operations.hpp"

#include <gtest/gtest.h>
#include <wampgate/v1/node_service.pb.h>

#include <optional>
#include <set>

#include "loop_runner.hpp"

namespace wampgate::supervisor {
namespace {

using std::chrono::minutes;

class OperationsTest : public ::testing::Test {
 protected:
  std::string Begin(std::uint64_t left = 0, Operations::OnCancel on_cancel = {}) {
    const auto name = operations_.Begin(Left(left), std::move(on_cancel));
    EXPECT_TRUE(name.ok()) << name.status();
    return name.value_or("");
  }
  static v1::DrainProgress Left(std::uint64_t left) {
    v1::DrainProgress progress;
    progress.set_sessions_left(left);
    return progress;
  }
  StatusOr<Operations::Operation> Get(const std::string& name) {
    std::optional<StatusOr<Operations::Operation>> got;
    operations_.Get(name, [&](auto operation) { got = std::move(operation); });
    RunUntil(loop_, [&] { return got.has_value(); });
    return *got;
  }
  std::vector<std::string> Names() {
    std::optional<std::vector<std::string>> names;
    operations_.List([&](const auto& all) {
      names.emplace();
      for (const auto& operation : all) names->push_back(operation.name());
    });
    RunUntil(loop_, [&] { return names.has_value(); });
    return *names;
  }
  static std::uint64_t LeftIn(const Operations::Operation& operation) {
    v1::DrainProgress progress;
    EXPECT_TRUE(operation.metadata().UnpackTo(&progress));
    return progress.sessions_left();
  }

  net::Loop loop_;
  std::chrono::steady_clock::time_point now_;
  Operations operations_{loop_, [this] { return now_; }};
};

TEST_F(OperationsTest, ShowHowFarTheyAreAndHowTheyEnded) {
  const std::string good = Begin(5);
  const std::string bad = Begin();
  EXPECT_EQ(LeftIn(*Get(good)), 5u);
  operations_.Progress(good, Left(2));
  EXPECT_EQ(LeftIn(*Get(good)), 2u);
  EXPECT_FALSE(Get(good)->done());
  operations_.Succeed(good, Left(0));
  operations_.Fail(bad, Aborted("somebody wanted it so"));
  EXPECT_TRUE(Get(good)->done());
  EXPECT_TRUE(Get(good)->has_response());
  EXPECT_EQ(Get(bad)->error().code(), static_cast<int>(StatusCode::kAborted));
  EXPECT_EQ(Get(bad)->error().message(), "somebody wanted it so");
  operations_.Progress(good, Left(9));  // too late
  operations_.Fail(good, Aborted("too late"));
  EXPECT_EQ(LeftIn(*Get(good)), 2u);
  EXPECT_TRUE(Get(good)->has_response());
}

TEST_F(OperationsTest, AreListedNewestFirst) {
  const std::string first = Begin();
  const std::string second = Begin();
  EXPECT_EQ(Names(), (std::vector{second, first}));
}

TEST_F(OperationsTest, ThatEndedAreForgottenAfterAnHour) {
  const std::string running = Begin();
  const std::string ended = Begin();
  operations_.Succeed(ended, Left(0));
  now_ += minutes(59);
  EXPECT_TRUE(Get(ended).ok());
  now_ += minutes(1);
  EXPECT_EQ(Get(ended).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(Names(), std::vector{running});
}

TEST_F(OperationsTest, ThatEndedMakeRoomForNewOnesAndRunningOnesDoNot) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < Operations::kMaxKept; ++i) names.insert(Begin());
  EXPECT_EQ(names.size(), Operations::kMaxKept);
  EXPECT_EQ(operations_.Begin(Left(0), {}).status().code(), StatusCode::kResourceExhausted);
  operations_.Succeed(*names.begin(), Left(0));
  EXPECT_TRUE(operations_.Begin(Left(0), {}).ok());
  EXPECT_EQ(Get(*names.begin()).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(Names().size(), Operations::kMaxKept);
}

TEST_F(OperationsTest, AreWaitedForUntilTheyEndOrTheTimeIsOver) {
  const std::string name = Begin();
  std::optional<bool> in_vain;
  std::optional<bool> well;
  operations_.Wait(name, std::chrono::milliseconds(1), [&](auto got) { in_vain = got.ok() && !got->done(); });
  operations_.Wait(name, minutes(5), [&](auto got) { well = got.ok() && got->done(); });
  RunUntil(loop_, [&] { return in_vain.has_value(); });
  EXPECT_TRUE(*in_vain);
  EXPECT_FALSE(well.has_value());
  operations_.Succeed(name, Left(0));
  ASSERT_TRUE(well.has_value());
  EXPECT_TRUE(*well);
}

TEST_F(OperationsTest, AreCancelledOnceAndAgainWithoutEffect) {
  int cancelled = 0;
  std::string name;
  name = Begin(0, [&] {
    ++cancelled;
    operations_.Fail(name, MakeStatus(StatusCode::kCancelled, "cancelled"));
  });
  for (int i = 0; i < 2; ++i) {
    std::optional<Status> status;
    operations_.Cancel(name, [&](const Status& got) { status = got; });
    RunUntil(loop_, [&] { return status.has_value(); });
    EXPECT_TRUE(status->ok()) << *status;
  }
  EXPECT_EQ(cancelled, 1);
  EXPECT_EQ(Get(name)->error().code(), static_cast<int>(StatusCode::kCancelled));
}

TEST_F(OperationsTest, KeepTheirNameAcrossSupervisorsAndGiveNoneTwice) {
  const std::string name = Begin();
  Operations next(loop_);
  next.Resume(name, Left(3), {});
  const auto fresh = next.Begin(Left(0), {});
  ASSERT_TRUE(fresh.ok());
  EXPECT_NE(*fresh, name);
  std::optional<bool> known;
  next.Get(name, [&](auto operation) { known = operation.ok(); });
  RunUntil(loop_, [&] { return known.has_value(); });
  EXPECT_TRUE(*known);
}

TEST_F(OperationsTest, LetNobodyWaitWhenTheNodeStops) {
  const std::string name = Begin();
  std::optional<Status> waited;
  bool asked = false;
  operations_.Wait(name, minutes(5), [&](auto got) { waited = got.status(); });
  operations_.Get(name, [&](auto) { asked = true; });  // behind it
  RunUntil(loop_, [&] { return asked; });
  operations_.Close();
  ASSERT_TRUE(waited.has_value());
  EXPECT_EQ(waited->code(), StatusCode::kUnavailable);
  EXPECT_EQ(operations_.Begin(Left(0), {}).status().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace wampgate::supervisor
