#include "supervisor/supervisor.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "control/frame_codec.hpp"
#include "control/socket.hpp"
#include "supervisor_fixture.hpp"

namespace wampgate::supervisor {
namespace {

bool Runs(pid_t pid) {
  return ProcessStartTime(pid) != 0;
}

bool AllServe(const WorkerReport& report) {
  return std::all_of(report.processes.begin(), report.processes.end(),
                     [](const ProcessStatus& process) { return process.state == ProcessState::kRunning; });
}

TEST_F(SupervisorTest, RunsEachProcessOnItsShareOfThePort) {
  ASSERT_TRUE(Apply(TestNode({{.processes = 3}})).status.ok());
  const auto answers = Spread(PortOf());
  EXPECT_EQ(answers.size(), 3u);
  const WorkerReport report = Get();
  EXPECT_EQ(report.state, WorkerState::kRunning);
  for (const ProcessStatus& process : report.processes) {
    EXPECT_EQ(process.state, ProcessState::kRunning);
    EXPECT_EQ(process.revision, 1u);
    EXPECT_GT(process.pid, 0);
    EXPECT_EQ(process.restarts, 0u);
  }
}

TEST_F(SupervisorTest, ServesEveryConnectionWhileAProcessIsDeadAndAfterwards) {
  ASSERT_TRUE(Apply(TestNode({{.processes = 2}})).status.ok());
  const std::uint16_t port = PortOf();
  const pid_t victim = Get().processes[1].pid;
  ASSERT_EQ(::kill(victim, SIGKILL), 0);
  Await([&](const WorkerReport& report) { return report.processes[1].pid != victim; });
  std::map<std::string, int> answers = Spread(port);
  EXPECT_FALSE(answers.contains("refused") || answers.contains("reset"));
  Await(AllServe);
  EXPECT_EQ(Get().processes[1].restarts, 1u);
  EXPECT_EQ(Get().processes[1].last_exit, "killed by signal 9 (SIGKILL)");
  answers = Spread(port);
  EXPECT_EQ(answers.size(), 2u);
}

TEST_F(SupervisorTest, AdoptsTheSocketsOfADeadProcessWithinATenthOfASecond) {
  ASSERT_TRUE(Apply(TestNode({{.processes = 2}})).status.ok());
  const std::uint16_t port = PortOf();
  const pid_t victim = Get().processes[0].pid;
  ASSERT_EQ(::kill(victim, SIGKILL), 0);
  const auto begin = std::chrono::steady_clock::now();
  std::vector<UniqueFd> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(*Connect(port));
  for (const UniqueFd& client : clients) EXPECT_EQ(Who(AnswerOn(client)).rfind("worker1/", 0), 0u);
  EXPECT_LT(std::chrono::steady_clock::now() - begin,
            std::chrono::milliseconds(500));  // 100 ms and a busy machine
}

TEST_F(SupervisorTest, QueuesConnectionsWhileNoProcessLives) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  const std::uint16_t port = PortOf();
  ASSERT_EQ(::kill(Get().processes[0].pid, SIGKILL), 0);
  EXPECT_EQ(Who(Ask(port)), "worker1/0");
}

TEST_F(SupervisorTest, ReportsAWorkerThatCannotBeKeptRunningAsFailed) {
  Apply(TestNode({{.hello_timeout = 40005}}));
  Await([](const WorkerReport& report) { return report.state == WorkerState::kFailed; });
  EXPECT_NE(Get().processes[0].last_exit.find("exit code 8"), std::string::npos)
      << Get().processes[0].last_exit;
  bool healthy = true;
  bool asked = false;
  supervisor_->GetHealth([&](bool health) { healthy = health, asked = true; });
  RunUntil(loop_, [&] { return asked; });
  EXPECT_FALSE(healthy);
}

TEST_F(SupervisorTest, StopsAndStartsAWorkerOnTheSamePort) {
  ASSERT_TRUE(Apply(TestNode({{.processes = 2}})).status.ok());
  const std::uint16_t port = PortOf();
  const auto stopped = Do(&Supervisor::StopWorker, "worker1");
  ASSERT_TRUE(stopped.ok());
  EXPECT_EQ(stopped->state, WorkerState::kStopped);
  EXPECT_EQ(Ask(port), "refused");
  const auto started = Do(&Supervisor::StartWorker, "worker1");
  ASSERT_TRUE(started.ok()) << started.status();
  EXPECT_EQ(started->state, WorkerState::kRunning);
  EXPECT_EQ(PortOf(), port);
  EXPECT_EQ(Spread(port).size(), 2u);
}

TEST_F(SupervisorTest, RestartsOneProcessAtATimeAndTurnsNobodyAway) {
  ASSERT_TRUE(Apply(TestNode({{.processes = 2}})).status.ok());
  const std::uint16_t port = PortOf();
  const WorkerReport before = Get();
  std::optional<StatusOr<WorkerReport>> restarted;
  supervisor_->RestartWorker("worker1",
                             [&](StatusOr<WorkerReport> report) { restarted = std::move(report); });
  while (!restarted) {
    const std::string answer = Ask(port);
    ASSERT_EQ(answer.rfind("worker1/", 0), 0u) << answer;
  }
  ASSERT_TRUE(restarted->ok()) << restarted->status();
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NE((*restarted)->processes[i].pid, before.processes[i].pid);
    EXPECT_EQ((*restarted)->processes[i].restarts, 0u);
  }
  EXPECT_EQ(Spread(port).size(), 2u);
}

TEST_F(SupervisorTest, KnowsNoOtherWorkers) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  for (const Operation operation : {&Supervisor::GetWorker, &Supervisor::StartWorker, &Supervisor::StopWorker,
                                    &Supervisor::RestartWorker}) {
    EXPECT_EQ(Do(operation, "nobody").status().code(), StatusCode::kNotFound);
  }
}

TEST_F(SupervisorTest, DoesNotRestartAStoppedWorker) {
  ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  ASSERT_TRUE(Do(&Supervisor::StopWorker, "worker1").ok());
  EXPECT_EQ(Do(&Supervisor::RestartWorker, "worker1").status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(SupervisorTest, EndsEveryProcessWhenItStopsAndLeavesNoSocket) {
  ASSERT_TRUE(Apply(TestNode({{.processes = 2}})).status.ok());
  const std::uint16_t port = PortOf();
  const WorkerReport report = Get();
  Close();
  for (const ProcessStatus& process : report.processes) EXPECT_FALSE(Runs(process.pid));
  EXPECT_EQ(Ask(port), "refused");
  EXPECT_FALSE(std::filesystem::exists(folder_ / ".wampgate/control.sock"));
}

TEST_F(SupervisorTest, KillsProcessesThatOutlastTheGracePeriod) {
  ASSERT_TRUE(Apply(TestNode({{.hello_timeout = 40004}}, 0)).status.ok());
  const pid_t stubborn = Get().processes[0].pid;
  Close();
  EXPECT_FALSE(Runs(stubborn));
}

TEST_F(SupervisorTest, RestoresTheRevisionOfTheRunBefore) {
  ASSERT_TRUE(Apply(TestNode({{.processes = 2}})).status.ok());
  Close();
  Open();
  ASSERT_TRUE(supervisor_->stored().has_value());
  const ApplyReply reply = Restore();
  ASSERT_TRUE(reply.status.ok()) << reply.status;
  EXPECT_EQ(reply.revision, 1u);
  EXPECT_EQ(Spread(PortOf()).size(), 2u);
  EXPECT_EQ(Apply(TestNode({{.processes = 2}})).outcome, ApplyOutcome::kNoChange);
}

TEST_F(SupervisorTest, LeavesTheDirectoryToOne) {
  net::Loop other;
  const auto second = Supervisor::Open(other, Options());
  EXPECT_EQ(second.status().code(), StatusCode::kAlreadyExists);
}

TEST_F(SupervisorTest, TurnsStrangersOnTheControlSocketAway) {
  auto socket = control::Connect(folder_ / ".wampgate/control.sock");
  ASSERT_TRUE(socket.ok());
  internal::Frame frame;
  frame.mutable_hello()->set_protocol_version(1);
  frame.mutable_hello()->set_generation(1);
  ByteBuffer octets;
  ASSERT_TRUE(control::AppendFrame(frame, 0, octets).ok());
  ASSERT_GT(::send(socket->get(), octets.data(), octets.size(), 0), 0);
  EXPECT_EQ(AnswerOn(*socket), "");
}

}  // namespace
}  // namespace wampgate::supervisor
