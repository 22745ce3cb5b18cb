#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/harness.hpp"
#include "http/path_table.hpp"
#include "web/health_service.hpp"
#include "web/metrics_service.hpp"

namespace wampgate::web {
namespace {

using test::Answer;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::milliseconds kShort{100};

class FakeSource final : public NodeStateSource {
 public:
  enum class Mode { kAnswer, kKeep, kDrop, kFail };
  void Get(Wanted wanted, std::function<void(const StatusOr<NodeState>&)> done) override {
    asked = wanted;
    ++questions;
    if (mode == Mode::kAnswer) done(state);
    if (mode == Mode::kFail) done(Unavailable("the supervisor cannot be reached"));
    if (mode == Mode::kKeep) kept = std::move(done);
  }
  Mode mode = Mode::kAnswer;
  NodeState state{true, "", std::make_shared<const std::string>("a 1\n")};
  Wanted asked = Wanted::kHealth;
  int questions = 0;
  std::function<void(const StatusOr<NodeState>&)> kept;
};

class NodeStateServices : public ::testing::Test {
 protected:
  /// At "/".
  void Serve(std::shared_ptr<http::Service> service) {
    harness.Serve(std::make_shared<http::PathTable>(http::PathTable::Children(), std::move(service)));
  }
  void ServeHealth(HealthOptions::Check check, HealthService::Reasons reasons) {
    Serve(std::make_shared<HealthService>(HealthOptions{check}, source, reasons, kShort));
  }
  std::shared_ptr<FakeSource> source = std::make_shared<FakeSource>();
  test::Harness harness;
};

TEST_F(NodeStateServices, MetricsAreTextOfPrometheusThatNobodyKeeps) {
  Serve(std::make_shared<MetricsService>(source, kShort));
  const Answer answer = harness.Get("/");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Field("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(answer.Field("cache-control"), "no-store");
  EXPECT_EQ(answer.body, "a 1\n");
  EXPECT_EQ(source->asked, NodeStateSource::Wanted::kMetrics);
  const Answer head = harness.Head("/");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Field("content-length"), "4");
  EXPECT_EQ(harness.Get("/below").status, 404);
  EXPECT_EQ(harness.Ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").status, 405);
}

TEST_F(NodeStateServices, LongMetricsComeWholeWithoutACopyForEachWhoAsks) {
  Serve(std::make_shared<MetricsService>(source, std::chrono::seconds(5)));
  std::string text;
  while (text.size() < 700'000) text += "metric{label=\"" + std::to_string(text.size()) + "\"} 1\n";
  source->state.metrics = std::make_shared<const std::string>(text);
  const Answer answer = harness.Get("/");
  EXPECT_EQ(answer.Field("content-length"), std::to_string(text.size()));
  EXPECT_TRUE(answer.body == text);
}

TEST_F(NodeStateServices, MetricsAre503WhenTheSourceFailsOrIsSilent) {
  Serve(std::make_shared<MetricsService>(source, kShort));
  for (const auto mode : {FakeSource::Mode::kFail, FakeSource::Mode::kDrop, FakeSource::Mode::kKeep}) {
    source->mode = mode;
    EXPECT_EQ(harness.Get("/").status, 503);
  }
  source->kept(NodeState{});  // late: has no effect
}

TEST_F(NodeStateServices, ReadinessIs503WithTheReasonWhereItIsShown) {
  ServeHealth(HealthOptions::Check::kReady, HealthService::Reasons::kShown);
  EXPECT_EQ(harness.Get("/").status, 200);
  EXPECT_EQ(source->asked, NodeStateSource::Wanted::kHealth);
  source->state = {false, "no process serves of worker edge", nullptr};
  const Answer answer = harness.Get("/");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "not ready: no process serves of worker edge\n");
  EXPECT_EQ(harness.Head("/").status, 503);
  source->mode = FakeSource::Mode::kFail;
  EXPECT_THAT(harness.Get("/").body, HasSubstr("the supervisor cannot be reached"));
  source->mode = FakeSource::Mode::kKeep;
  EXPECT_EQ(harness.Get("/").status, 503);
}

TEST_F(NodeStateServices, ReadinessKeepsNamesToItselfOnPublicPaths) {
  ServeHealth(HealthOptions::Check::kReady, HealthService::Reasons::kHidden);
  source->state = {false, "no process serves of worker edge", nullptr};
  const Answer answer = harness.Get("/");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, Not(HasSubstr("edge")));
}

TEST_F(NodeStateServices, AliveAsksNobody) {
  ServeHealth(HealthOptions::Check::kAlive, HealthService::Reasons::kShown);
  source->mode = FakeSource::Mode::kDrop;
  EXPECT_EQ(harness.Get("/").status, 200);
  EXPECT_EQ(harness.Head("/").status, 200);
  EXPECT_EQ(harness.Get("/below").status, 404);
  EXPECT_EQ(source->questions, 0);
}

}  // namespace
}  // namespace wampgate::web
