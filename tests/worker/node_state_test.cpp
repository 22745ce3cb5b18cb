#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/process_fixture.hpp"

/// What `metrics` and `health` paths of a transport say, with a supervisor and without.
namespace wampgate::worker {
namespace {

using test::RunUntil;
using test::SocketClient;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class NodeStatePaths : public ProcessTest {
 protected:
  static config::Node Node() {
    config::Transport transport = WebTransport("a", {{"x", "41"}});
    auto& paths = std::get<config::WebTransport>(transport.protocol).root.paths;
    paths["metrics"] = {"a/paths/metrics", web::MetricsOptions()};
    paths["readyz"] = {"a/paths/readyz", web::HealthOptions()};
    paths["healthz"] = {"a/paths/healthz", web::HealthOptions{web::HealthOptions::Check::kAlive}};
    return NodeWith({transport});
  }
  static std::string RequestOf(const std::string& path) {
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
  /// Answers the worker's next question.
  internal::NodeStateRequest Answer(bool ready, const std::string& metrics = "") {
    const internal::Frame asked = supervisor_->Await(internal::Frame::kNodeStateRequest);
    internal::Frame answer;
    answer.mutable_node_state()->set_id(asked.node_state_request().id());
    answer.mutable_node_state()->set_ready(ready);
    answer.mutable_node_state()->set_metrics(metrics);
    supervisor_->Send(answer);
    return asked.node_state_request();
  }
};

TEST_F(NodeStatePaths, SayWhatTheSupervisorSays) {
  StartWith(Node());
  SocketClient client(port());
  client.Send(RequestOf("/readyz"));
  EXPECT_FALSE(Answer(true).metrics());
  ASSERT_TRUE(client.Receive(loop_, "ready\n"));
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 200 "));
  client.Forget();
  client.Send(RequestOf("/readyz"));
  Answer(false);
  ASSERT_TRUE(client.Receive(loop_, "not ready\n"));
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 503 "));
  client.Forget();
  client.Send(RequestOf("/metrics"));
  EXPECT_TRUE(Answer(true, "a 1\n").metrics());
  ASSERT_TRUE(client.Receive(loop_, "\r\n\r\na 1\n"));
  EXPECT_THAT(Get("/healthz"), HasSubstr("200 OK"));
}

TEST_F(NodeStatePaths, AskOnceForManyRequests) {
  StartWith(Node());
  SocketClient first(port()), second(port());
  first.Send(RequestOf("/metrics"));
  second.Send(RequestOf("/metrics"));
  // The second is there too when a request behind it has been answered.
  EXPECT_THAT(Get("/x"), EndsWith("41"));
  Answer(true, "a 1\n");
  ASSERT_TRUE(first.Receive(loop_, "a 1\n"));
  ASSERT_TRUE(second.Receive(loop_, "a 1\n"));
  for (const internal::Frame& frame : supervisor_->frames) {
    EXPECT_NE(frame.kind_case(), internal::Frame::kNodeStateRequest);
  }
}

TEST_F(NodeStatePaths, MetricsThatAreNotCompleteAreNotShown) {
  StartWith(Node());
  SocketClient client(port());
  client.Send(RequestOf("/metrics"));
  Answer(true, "");
  ASSERT_TRUE(client.Receive(loop_, "try again\n"));
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 503 "));
}

TEST_F(NodeStatePaths, AQuestionThatIsNeverAnsweredBlocksNobodyForLong) {
  StartWith(Node());
  SocketClient client(port());
  client.Send(RequestOf("/metrics"));
  supervisor_->Await(internal::Frame::kNodeStateRequest);
  ASSERT_TRUE(client.Receive(loop_, "see its log\n"));
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 503 "));
  client.Forget();
  client.Send(RequestOf("/metrics"));
  Answer(true, "a 1\n");
  ASSERT_TRUE(client.Receive(loop_, "a 1\n")) << "asked anew";
}

TEST_F(NodeStatePaths, ANodeIsAsReadyAsItWasWhileItsSupervisorIsSilent) {
  StartWith(Node());
  SocketClient client(port());
  client.Send(RequestOf("/readyz"));
  Answer(true);
  ASSERT_TRUE(client.Receive(loop_, "ready\n"));
  client.Forget();
  client.Send(RequestOf("/readyz"));
  supervisor_->Await(internal::Frame::kNodeStateRequest);
  ASSERT_TRUE(client.Receive(loop_, "\r\n\r\nready\n"));
  EXPECT_THAT(client.received(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(NodeStatePaths, WithoutASupervisorANodeIsAsReadyAsItWas) {
  StartWith(Node());
  SocketClient client(port());
  client.Send(RequestOf("/readyz"));
  Answer(true);
  ASSERT_TRUE(client.Receive(loop_, "ready\n"));
  supervisor_->Die();
  ASSERT_TRUE(RunUntil(loop_, [&] {
    return Get("/metrics").starts_with("HTTP/1.1 503 ");  // until the process has noticed
  }));
  EXPECT_THAT(Get("/readyz"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Get("/healthz"), StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace wampgate::worker
