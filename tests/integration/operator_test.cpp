#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <wampgate/v1/node_service.grpc.pb.h>
#include <wampgate/v1/worker_service.grpc.pb.h>

#include <atomic>
#include <sstream>
#include <thread>

#include "integration/edge_node.hpp"

/// What operators do with the node beside its configuration.
namespace wampgate::test {
namespace {

using ::testing::HasSubstr;

class OperatedNode : public EdgeNode {
 protected:
  std::unique_ptr<v1::NodeService::Stub> Stub() {
    return v1::NodeService::NewStub(grpc::CreateChannel("unix:" + node_.directory() + "/wampgate.sock",
                                                        grpc::InsecureChannelCredentials()));
  }
  /// The events that wampgatectl prints, each a line.
  std::vector<json> Events(std::vector<std::string> options) {
    options.insert(options.begin(), "events");
    options.insert(options.end(), {"-o", "json"});
    const CtlResult result = Ctl(node_, options);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::vector<json> events;
    std::istringstream lines(result.out);
    for (std::string line; std::getline(lines, line);) events.push_back(json::parse(line));
    return events;
  }
  /// Whether the worker logs at level debug what it then has a reason to.
  bool WorkerLogsDebug() {
    BlockingSocket socket(ConnectTo({Port("raw")}));
    socket.Write("this is no RawSocket handshake");
    int lines = 0;
    const bool logged = !node_
                             .AwaitLine(
                                 [&](const json& line) {
                                   lines += line.value("msg", "") == "a RawSocket handshake failed";
                                   return lines > debug_lines_;
                                 },
                                 std::chrono::milliseconds(3000))
                             .is_null();
    debug_lines_ += logged;
    return logged;
  }
  int debug_lines_ = 0;
};

TEST_F(OperatedNode, KeepsAWorkerStoppedOverARestart) {
  ASSERT_EQ(Ctl(node_, {"worker", "stop", "edge"}).exit_code, 0);
  EXPECT_EQ(Status()["operatorStates"]["workers/edge"], "stopped");
  const std::string changed = WriteFile(node_, "next.json", NodeText({Worker(), TransparentWorker("other")}));
  ASSERT_EQ(Ctl(node_, {"apply", "-f", changed}).exit_code, 0);
  EXPECT_EQ(Ask({"worker", "get", "edge"})["state"], "STATE_STOPPED") << "started by a change";
  ASSERT_EQ(node_.Stop(), 0);
  Start();
  EXPECT_EQ(Ask({"worker", "get", "edge"})["state"], "STATE_STOPPED");
  EXPECT_TRUE(Status()["ready"]);
  ASSERT_EQ(Ctl(node_, {"worker", "start", "edge"}).exit_code, 0);
  EXPECT_TRUE(Status()["operatorStates"].empty());
  EXPECT_EQ(Client()->Join("realm1").at(0), 2);
}

TEST_F(OperatedNode, KeepsAWorkerStoppedWhenAnotherSupervisorTakesOver) {
  const std::string both = WriteFile(node_, "both.json", NodeText({Worker(), TransparentWorker("other")}));
  ASSERT_EQ(Ctl(node_, {"apply", "-f", both}).exit_code, 0);
  ASSERT_EQ(Ctl(node_, {"worker", "stop", "edge"}).exit_code, 0);
  const auto before = node_.Workers();
  ASSERT_EQ(before.size(), 1U);
  node_.Signal(SIGKILL);
  ASSERT_EQ(node_.AwaitExit(), 128 + SIGKILL);
  node_.Restart();
  ASSERT_TRUE(Eventually([&] { return Ctl(node_, {"status"}).exit_code == 0; })) << node_.log();
  EXPECT_EQ(Ask({"worker", "get", "edge"})["state"], "STATE_STOPPED");
  EXPECT_EQ(Status()["operatorStates"]["workers/edge"], "stopped");
  ASSERT_TRUE(Eventually([&] { return Ask({"worker", "get", "other"})["state"] == "STATE_RUNNING"; }));
  EXPECT_EQ(Ask({"worker", "get", "other"})["processes"][0]["pid"], std::to_string(before.begin()->second))
      << "the worker that ran was taken over";
  EXPECT_TRUE(Ask({"worker", "get", "edge"})["processes"].empty() ||
              Ask({"worker", "get", "edge"})["processes"][0]["pid"] == "0");
  ASSERT_EQ(Ctl(node_, {"worker", "start", "edge"}).exit_code, 0);
  EXPECT_EQ(Client()->Join("realm1").at(0), 2);
}

TEST_F(OperatedNode, ForgetsTheStateOfAWorkerThatIsRemoved) {
  ASSERT_EQ(Ctl(node_, {"worker", "stop", "edge"}).exit_code, 0);
  const std::string without = WriteFile(node_, "without.json", NodeText({TransparentWorker("other")}));
  ASSERT_EQ(Ctl(node_, {"apply", "-f", without}).exit_code, 0);
  EXPECT_TRUE(Status()["operatorStates"].empty());
}

TEST_F(OperatedNode, HasAnotherLogLevelUntilItExpires) {
  EXPECT_FALSE(WorkerLogsDebug());
  const CtlResult set = Ctl(node_, {"log-level", "debug", "--for", "15"});
  EXPECT_THAT(set.out, HasSubstr("log level debug until ")) << set.err;
  EXPECT_TRUE(WorkerLogsDebug());
  EXPECT_TRUE(Eventually([&] { return Status()["logLevel"] == "info"; }));
  EXPECT_FALSE(WorkerLogsDebug());
  const CtlResult wrong = Ctl(node_, {"log-level", "loud"});
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("found \"loud\""));
}

TEST_F(OperatedNode, KeepsItsLogLevelOverARestart) {
  ASSERT_EQ(Ctl(node_, {"log-level", "debug"}).exit_code, 0);
  ASSERT_EQ(node_.Stop(), 0);
  Start();
  EXPECT_EQ(Status()["logLevel"], "debug");
  EXPECT_TRUE(WorkerLogsDebug());
}

TEST_F(OperatedNode, TellsItsEventsWithoutAGap) {
  // node, config, worker, process and two transports
  const auto snapshot = Events({"--count", "6"});
  ASSERT_EQ(snapshot.size(), 6u);
  for (const json& event : snapshot) EXPECT_EQ(event["kind"], "SNAPSHOT") << event;
  const std::string last = snapshot.back()["sequence"];
  ASSERT_EQ(Ctl(node_, {"worker", "stop", "edge"}).exit_code, 0);
  ASSERT_EQ(Ctl(node_, {"worker", "start", "edge"}).exit_code, 0);
  const auto events = Events({"--from", last, "--count", "6"});
  auto expected = std::stoull(last);
  std::string told;
  for (const json& event : events) {
    EXPECT_EQ(event["sequence"], std::to_string(++expected)) << event;
    told += event["name"].get<std::string>() + " " + event["state"].get<std::string>() + "\n";
  }
  EXPECT_THAT(told, HasSubstr("workers/edge stopping\n"));
  EXPECT_THAT(told, HasSubstr("workers/edge/processes/0 stopped\n"));
  const CtlResult old = Ctl(node_, {"events", "--from", "1"});
  EXPECT_EQ(old.exit_code, 1);
  EXPECT_THAT(old.err, HasSubstr("events are kept from"));
}

TEST_F(OperatedNode, StreamsTheLogOfItsWorkersAlsoBelowTheLogLevel) {
  grpc::ClientContext context;
  v1::StreamLogsRequest request;
  request.set_name("workers/edge/processes/0");
  request.set_level("debug");
  const auto stub = v1::WorkerService::NewStub(grpc::CreateChannel(
      "unix:" + node_.directory() + "/wampgate.sock", grpc::InsecureChannelCredentials()));
  const auto reader = stub->StreamLogs(&context, request);
  std::atomic<bool> seen{false};
  std::thread attempts([&] {  // the subscription may take a moment
    Eventually([&] {
      WorkerLogsDebug();
      return seen.load();
    });
    if (!seen) context.TryCancel();
  });
  v1::LogLine line;
  while (!seen && reader->Read(&line))
    seen = line.text().starts_with("a RawSocket handshake failed transport=");
  EXPECT_TRUE(seen);
  EXPECT_EQ(line.process(), "workers/edge/processes/0");
  EXPECT_EQ(line.level(), "debug");
  EXPECT_EQ(line.module(), "worker");
  attempts.join();
  context.TryCancel();
  static_cast<void>(reader->Finish());
  EXPECT_THAT(node_.log(), ::testing::Not(HasSubstr("a RawSocket handshake failed"))) << "in the log itself";
  EXPECT_THAT(Ctl(node_, {"worker", "logs", "nosuch"}).err, HasSubstr("there is no worker nosuch"));
  EXPECT_THAT(Ctl(node_, {"worker", "logs", "edge", "--level", "loud"}).err, HasSubstr("found \"loud\""));
}

TEST_F(OperatedNode, CountsWhatItsProcessesUseAndDo) {
  auto clients = Joined(3);
  ASSERT_TRUE(Echoes(*clients[0], 1));
  v1::Statistics statistics;
  ASSERT_TRUE(Eventually([&] {  // a worker tells its counters once a second
    grpc::ClientContext context;
    statistics.Clear();
    return Stub()->GetStatistics(&context, {}, &statistics).ok() && statistics.total().sessions() == 3 &&
           statistics.total().messages_total() >= 5;
  })) << statistics.ShortDebugString();
  ASSERT_EQ(statistics.processes_size(), 2);
  EXPECT_EQ(statistics.processes(0).process(), "supervisor");
  const v1::ProcessStatistics& worker = statistics.processes(1);
  EXPECT_EQ(worker.process(), "workers/edge/processes/0");
  EXPECT_GE(worker.accepted_total(), 3u);
  for (const v1::ProcessStatistics& process : statistics.processes()) {
    EXPECT_GT(process.pid(), 0);
    EXPECT_GT(process.memory_resident(), 1'000'000u);
    EXPECT_GT(process.memory_private(), 100'000u);
    EXPECT_LT(process.memory_private(), process.memory_resident());
    EXPECT_GT(process.descriptors(), 5u);
    EXPECT_GT(process.descriptors_limit(), process.descriptors());
  }
  const CtlResult top = Ctl(node_, {"top", "--interval", "0.2"});
  EXPECT_THAT(top.out, HasSubstr("PROCESS"));
  EXPECT_THAT(top.out, HasSubstr("workers/edge/processes/0"));
  EXPECT_THAT(top.out, HasSubstr("3 sessions, 3 connections"));
  EXPECT_EQ(statistics.total().memory_resident(),
            statistics.processes(0).memory_resident() + statistics.processes(1).memory_resident());
}

TEST_F(OperatedNode, KnowsWhoAsks) {
  const json me = Ask({"whoami"});
  EXPECT_THAT(me["identity"].get<std::string>(), HasSubstr("uid:" + std::to_string(getuid())));
  EXPECT_EQ(me["role"], "admin") << "who runs the daemon";
}

TEST_F(OperatedNode, EndsWhenItIsTold) {
  auto client = Client();
  ASSERT_EQ(client->Join("realm1").at(0), 2);
  EXPECT_EQ(Ctl(node_, {"shutdown"}).exit_code, 0);
  EXPECT_TRUE(IsGoodbye(client->Receive()));
  EXPECT_EQ(node_.AwaitExit(), 0);
}

}  // namespace
}  // namespace wampgate::test
