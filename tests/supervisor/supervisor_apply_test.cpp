// The configuration pipeline against real processes.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/listen_socket.hpp"
#include "supervisor_fixture.hpp"

namespace wampgate::supervisor {
namespace {

const ProcessResult* Find(const ApplyReply& reply, const std::string& process) {
  for (const ProcessResult& result : reply.processes) {
    if (result.process == process) return &result;
  }
  return nullptr;
}

TEST_F(SupervisorTest, CountsRevisionsAndSaysWhatBecameOfEachProcess) {
  const ApplyReply first = Apply(TestNode({{.processes = 2}}));
  ASSERT_TRUE(first.status.ok()) << first.status;
  EXPECT_EQ(first.outcome, ApplyOutcome::kApplied);
  EXPECT_EQ(first.revision, 1u);
  ASSERT_EQ(first.processes.size(), 2u);
  EXPECT_EQ(Find(first, "workers/worker1/processes/1")->outcome, ProcessOutcome::kStarted);
  const WorkerReport before = Get();
  const ApplyReply second = Apply(TestNode({{.processes = 2, .hello_timeout = 5000}}));
  EXPECT_EQ(second.revision, 2u);
  EXPECT_EQ(Find(second, "workers/worker1/processes/0")->outcome, ProcessOutcome::kCommitted);
  EXPECT_EQ(Get().processes[0].pid, before.processes[0].pid);
  EXPECT_NE(Ask(PortOf()).find(" 5000"), std::string::npos);
}

TEST_F(SupervisorTest, DoesNothingForAnEqualDocument) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  const ApplyReply again = Apply(TestNode({{}}));
  EXPECT_EQ(again.outcome, ApplyOutcome::kNoChange);
  EXPECT_EQ(again.revision, 1u);
}

TEST_F(SupervisorTest, OnlyChecksWhenItIsToValidate) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  const ApplyReply reply = Apply(TestNode({{.processes = 2}}), {.mode = ApplyMode::kValidateOnly});
  EXPECT_EQ(reply.outcome, ApplyOutcome::kValidated);
  EXPECT_EQ(Get().processes.size(), 1u);
  EXPECT_EQ(Revision(), 1u);
}

TEST_F(SupervisorTest, RefusesAChangeOfAnotherRevisionThanTheCallerHasSeen) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  const ApplyReply reply = Apply(TestNode({{.processes = 2}}), {.expected_revision = 7});
  EXPECT_EQ(reply.status.code(), StatusCode::kAborted);
  EXPECT_EQ(reply.revision, 1u);
  EXPECT_TRUE(Apply(TestNode({{.processes = 2}}), {.expected_revision = 1}).status.ok());
}

TEST_F(SupervisorTest, NamesTheKeysOfADocumentWithErrors) {
  v1::Node node = TestNode({{}});
  node.mutable_workers(0)->mutable_transports(0)->mutable_endpoint()->set_backlog(0);
  const ApplyReply reply = Apply(node);
  EXPECT_EQ(reply.status.code(), StatusCode::kInvalidArgument);
  ASSERT_FALSE(reply.problems.empty());
  EXPECT_EQ(reply.problems[0].path, "workers[0].transports[0].endpoint.backlog");
  EXPECT_EQ(Revision(), 0u);
}

TEST_F(SupervisorTest, LeavesEverythingAsItWasWhenAPortIsInUse) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  net::TcpListen tcp;
  tcp.interface = "127.0.0.1";
  const auto taken = net::BindListenSocket(tcp, net::ReusePort::kNo);
  ASSERT_TRUE(net::StartListening(taken->get(), 5).ok());
  const int port = net::BoundPort(taken->get());
  const ApplyReply reply = Apply(TestNode({{.hello_timeout = 5000}, {.id = "worker2", .port = port}}));
  EXPECT_EQ(reply.status.code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(reply.problems.back().path, "workers[1].transports[0].endpoint");
  EXPECT_EQ(Revision(), 1u);
  EXPECT_NE(Ask(PortOf()).find(" 10000"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder_ / ".wampgate/revisions/0000000002.revision"));
}

TEST_F(SupervisorTest, LeavesEverythingAsItWasWhenAProcessRefuses) {
  ASSERT_TRUE(Apply(TestNode({{.processes = 2}, {.id = "worker2"}})).status.ok());
  const ApplyReply reply =
      Apply(TestNode({{.processes = 2, .hello_timeout = 5000}, {.id = "worker2", .hello_timeout = 40001}}));
  EXPECT_EQ(reply.status.code(), StatusCode::kFailedPrecondition);
  ASSERT_FALSE(reply.problems.empty());
  EXPECT_EQ(reply.problems.back().path, "workers[1].limits");
  EXPECT_NE(reply.problems.back().message.find("refused"), std::string::npos);
  EXPECT_EQ(Revision(), 1u);
  EXPECT_NE(Ask(PortOf()).find(" 10000"), std::string::npos);
}

TEST_F(SupervisorTest, LeavesEverythingAsItWasWhenAProcessDiesOfTheChange) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  const ApplyReply reply = Apply(TestNode({{.hello_timeout = 40003}}));
  EXPECT_EQ(reply.status.code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Revision(), 1u);
  Await([](const WorkerReport& report) { return report.state == WorkerState::kRunning; });
  EXPECT_NE(Ask(PortOf()).find(" 10000"), std::string::npos);
}

TEST_F(SupervisorTest, GivesUpOnAProcessThatDoesNotAnswerPrepare) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  const ApplyReply reply = Apply(TestNode({{.hello_timeout = 40006}}));
  EXPECT_EQ(reply.status.code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(reply.status.ToString().find("no answer within 5 s"), std::string::npos) << reply.status;
  EXPECT_EQ(Revision(), 1u);
}

TEST_F(SupervisorTest, ReplacesAProcessThatDoesNotAcknowledgeTheCommit) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  const pid_t before = Get().processes[0].pid;
  const ApplyReply reply = Apply(TestNode({{.hello_timeout = 40002}}));
  ASSERT_TRUE(reply.status.ok()) << reply.status;
  EXPECT_EQ(reply.revision, 2u);
  EXPECT_EQ(Find(reply, "workers/worker1/processes/0")->outcome, ProcessOutcome::kReplaced);
  Await([&](const WorkerReport& report) { return report.processes[0].pid != before; });
}

TEST_F(SupervisorTest, LeavesNothingOfAFirstStartThatFails) {
  const ApplyReply reply = Apply(TestNode({{.processes = 2, .hello_timeout = 40001}}));
  EXPECT_EQ(reply.status.code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Revision(), 0u);
  bool stopped = false;
  supervisor_->Stop([&] { stopped = true; });
  RunUntil(loop_, [&] { return stopped; });
  supervisor_->RemoveWhatWasMade();
  EXPECT_FALSE(std::filesystem::exists(folder_ / ".wampgate"));
  supervisor_.reset();
}

TEST_F(SupervisorTest, AddsAndRemovesWorkersWithoutTouchingOthers) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  const pid_t first = Get().processes[0].pid;
  const ApplyReply added = Apply(TestNode({{}, {.id = "worker2", .processes = 2}}));
  ASSERT_TRUE(added.status.ok()) << added.status;
  EXPECT_EQ(added.processes.size(), 2u);  // of worker2 only
  const std::uint16_t port = PortOf("worker2");
  EXPECT_EQ(Spread(port).size(), 2u);
  const ApplyReply removed = Apply(TestNode({{}}));
  EXPECT_EQ(Find(removed, "workers/worker2/processes/1")->outcome, ProcessOutcome::kStopped);
  EXPECT_EQ(Ask(port), "refused");
  EXPECT_EQ(Get().processes[0].pid, first);
  EXPECT_EQ(Get().processes[0].revision, 3u);
}

TEST_F(SupervisorTest, GrowsAndShrinksAWorkerOnItsPort) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  const std::uint16_t port = PortOf();
  const pid_t first = Get().processes[0].pid;
  ASSERT_TRUE(Apply(TestNode({{.processes = 3}})).status.ok());
  EXPECT_EQ(PortOf(), port);
  EXPECT_EQ(Spread(port).size(), 3u);
  std::optional<ApplyReply> reply;
  supervisor_->Apply(TestNode({{}}), {}, [&](const ApplyReply& got) { reply = got; });
  while (!reply) {
    const std::string answer = Ask(port);
    ASSERT_EQ(answer.rfind("worker1/", 0), 0u) << answer;
  }
  ASSERT_TRUE(reply->status.ok());
  EXPECT_EQ(Spread(port), (std::map<std::string, int>{{"worker1/0", 40}}));
  EXPECT_EQ(Get().processes.size(), 1u);
  EXPECT_EQ(Get().processes[0].pid, first);
}

TEST_F(SupervisorTest, MovesATransportToAnotherPort) {
  ASSERT_TRUE(Apply(TestNode({{.processes = 2}})).status.ok());
  const std::uint16_t old_port = PortOf();
  net::TcpListen any;
  any.interface = "127.0.0.1";
  auto probe = net::BindListenSocket(any, net::ReusePort::kNo);
  const std::uint16_t port = net::BoundPort(probe->get());
  probe->Reset();
  ASSERT_TRUE(Apply(TestNode({{.processes = 2, .port = port}})).status.ok());
  EXPECT_EQ(Ask(old_port), "refused");
  EXPECT_EQ(Spread(port).size(), 2u);
}

TEST_F(SupervisorTest, LetsTwoWorkersShareAPort) {
  net::TcpListen any;
  any.interface = "127.0.0.1";
  auto probe = net::BindListenSocket(any, net::ReusePort::kNo);
  const std::uint16_t port = net::BoundPort(probe->get());
  probe->Reset();
  const TestWorker one{.id = "worker1", .processes = 2, .port = port, .shared = true};
  const TestWorker two{.id = "worker2", .processes = 2, .port = port, .shared = true};
  ASSERT_TRUE(Apply(TestNode({one, two})).status.ok());
  EXPECT_EQ(Spread(port, 80).size(), 4u);
  std::optional<ApplyReply> reply;
  supervisor_->Apply(TestNode({two}), {}, [&](const ApplyReply& got) { reply = got; });
  while (!reply) {
    const std::string answer = Ask(port);
    ASSERT_EQ(answer.rfind("worker", 0), 0u) << answer;
  }
  EXPECT_EQ(Spread(port).size(), 2u);
}

TEST_F(SupervisorTest, ChangesAWorkerThatIsStoppedWithoutStartingIt) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  ASSERT_TRUE(Do(&Supervisor::StopWorker, "worker1").ok());
  ASSERT_TRUE(Apply(TestNode({{.processes = 2, .hello_timeout = 5000}})).status.ok());
  EXPECT_EQ(Get().state, WorkerState::kStopped);
  ASSERT_TRUE(Do(&Supervisor::StartWorker, "worker1").ok());
  EXPECT_EQ(Spread(PortOf()).size(), 2u);
  EXPECT_NE(Ask(PortOf()).find(" 5000"), std::string::npos);
}

TEST_F(SupervisorTest, MakesChangesInTheOrderOfTheirCalls) {
  std::vector<std::uint64_t> revisions;
  for (int i = 1; i <= 4; ++i) {
    supervisor_->Apply(TestNode({{.hello_timeout = 5000 + i}}), {},
                       [&](const ApplyReply& reply) { revisions.push_back(reply.revision); });
  }
  RunUntil(loop_, [&] { return revisions.size() == 4; });
  EXPECT_EQ(revisions, (std::vector<std::uint64_t>{1, 2, 3, 4}));
  EXPECT_NE(Ask(PortOf()).find(" 5004"), std::string::npos);
}

TEST_F(SupervisorTest, LetsABoundedNumberOfChangesWait) {
  int refused = 0;
  int done = 0;
  for (int i = 0; i < 50; ++i) {
    supervisor_->Apply(TestNode({{}}), {}, [&](const ApplyReply& reply) {
      ++done;
      refused += reply.status.code() == StatusCode::kResourceExhausted;
    });
  }
  RunUntil(loop_, [&] { return done == 50; });
  EXPECT_EQ(refused, 50 - 1 - static_cast<int>(JobQueue::kMaxWaiting));
}

TEST_F(SupervisorTest, ChangesNothingWhenTheRevisionCannotBeWritten) {
  if (::geteuid() == 0) {
    // Root writes everywhere: put a folder in the file's place.
    std::filesystem::create_directory(folder_ / ".wampgate/revisions/0000000002.revision.new");
  } else {
    ::chmod((folder_ / ".wampgate/revisions").c_str(), 0500);
  }
  if (::geteuid() != 0) ::chmod((folder_ / ".wampgate/revisions").c_str(), 0700);
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  if (::geteuid() != 0) ::chmod((folder_ / ".wampgate/revisions").c_str(), 0500);
  const ApplyReply reply = Apply(TestNode({{.hello_timeout = 5000}, {.id = "worker2"}}));
  EXPECT_FALSE(reply.status.ok());
  EXPECT_NE(reply.status.ToString().find("nothing was changed"), std::string::npos) << reply.status;
  EXPECT_EQ(Revision(), 1u);
  EXPECT_NE(Ask(PortOf()).find(" 10000"), std::string::npos);
  if (::geteuid() != 0) ::chmod((folder_ / ".wampgate/revisions").c_str(), 0700);
}

}  // namespace
}  // namespace wampgate::supervisor
