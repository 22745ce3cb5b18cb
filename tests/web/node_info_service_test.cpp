#include "web/node_info_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "http/harness.hpp"

namespace wampgate::web {
namespace {

using test::Answer;
using ::testing::HasSubstr;
using ::testing::Not;

class FakeSource final : public NodeInfoSource {
 public:
  enum class Mode { kAnswer, kKeep, kDrop, kFail };
  void Get(std::function<void(StatusOr<NodeInfo>)> done) override {
    NodeInfo info;
    info.node_id = "<node>";
    info.started = std::chrono::system_clock::now() - std::chrono::seconds(90);
    info.workers_running = 3;
    info.controller_pid = 4711;
    info.public_key = "ab12";
    if (mode == Mode::kAnswer) done(info);
    if (mode == Mode::kFail) done(Unavailable("the control channel is broken"));
    if (mode == Mode::kKeep) kept = std::move(done);
  }
  Mode mode = Mode::kAnswer;
  std::function<void(StatusOr<NodeInfo>)> kept;
};

class NodeInfoServiceTest : public ::testing::Test {
 protected:
  NodeInfoServiceTest() {
    harness.Serve(std::make_shared<NodeInfoService>(source, std::chrono::milliseconds(100)));
  }
  std::shared_ptr<FakeSource> source = std::make_shared<FakeSource>();
  test::Harness harness;
};

TEST_F(NodeInfoServiceTest, ShowsAPageWithEverythingEscaped) {
  const Answer answer = harness.Get("/any/path", "Accept: text/html,application/json;q=0.9\r\n");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Field("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(answer.body, HasSubstr("&lt;node&gt;"));
  for (const char* row : {"Controller process</th><td>4711<", "Public key</th><td>ab12<",
                          "Your address</th><td>tcp4:127.0.0.1:"}) {
    EXPECT_THAT(answer.body, HasSubstr(row));
  }
  EXPECT_THAT(answer.body, HasSubstr("Worker process</th><td>" + std::to_string(::getpid()) + "<"));
  EXPECT_THAT(answer.body, Not(HasSubstr("Version")));
  EXPECT_EQ(harness.Head("/").status, 200);
  EXPECT_EQ(harness.Ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").status, 405);
}

TEST_F(NodeInfoServiceTest, AnswersProgramsInJson) {
  const Answer answer = harness.Get("/", "Accept: application/json\r\n");
  EXPECT_EQ(answer.Field("content-type"), "application/json; charset=utf-8");
  const auto json = nlohmann::json::parse(answer.body);
  EXPECT_EQ(json["node_id"], "<node>");
  EXPECT_EQ(json["workers_running"], 3);
  EXPECT_EQ(json["controller_pid"], 4711);
  EXPECT_EQ(json["public_key"], "ab12");
  EXPECT_EQ(json["worker_pid"], ::getpid());
  EXPECT_TRUE(json["peer"].get<std::string>().starts_with("tcp4:127.0.0.1:")) << json;
  EXPECT_GE(json["uptime_seconds"].get<int>(), 90);
  EXPECT_FALSE(json.contains("version"));
}

TEST_F(NodeInfoServiceTest, Answers503WhenTheSourceFailsOrIsSilent) {
  for (const auto mode : {FakeSource::Mode::kFail, FakeSource::Mode::kDrop, FakeSource::Mode::kKeep}) {
    source->mode = mode;
    EXPECT_EQ(harness.Get("/").status, 503);
  }
  source->kept(NodeInfo{});  // late: has no effect
}

}  // namespace
}  // namespace wampgate::web
