/// A supervisor takes the place of one that was killed.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "supervisor_fixture.hpp"

namespace wampgate::supervisor {
namespace {

using Takeover = Supervisor::Takeover;

class TakeoverTest : public SupervisorTest {
 protected:
  /// A node that serves, without its supervisor.
  void Orphan(const std::vector<TestWorker>& workers) {
    ASSERT_TRUE(Apply(TestNode(workers)).status.ok());
    port_ = PortOf();
    before_ = Get();
    Die();
  }
  /// As if the supervisor had died right after it had decided.
  void Store(const v1::Node& node) {
    Disk disk;
    RevisionStore store(disk, folder_ / ".wampgate/revisions");
    ASSERT_TRUE(store.LoadNewest().ok());
    internal::Revision revision;
    revision.set_number(store.next_number());
    *revision.mutable_node() = node;
    ASSERT_TRUE(store.Append(revision).ok());
  }
  void ExpectTakeover() {
    const auto taken = OpenAndTakeOver();
    ASSERT_TRUE(taken.ok()) << taken.status();
    EXPECT_EQ(*taken, Takeover::kRuns);
  }
  pid_t Pid(std::size_t process = 0) { return Get().processes.at(process).pid; }
  pid_t PidBefore(std::size_t process = 0) const { return before_.processes.at(process).pid; }
  static bool Lives(pid_t pid) { return ProcessStartTime(pid) != 0; }
  void AwaitAllServe() {
    Await([](const WorkerReport& report) {
      return std::all_of(report.processes.begin(), report.processes.end(), [](const ProcessStatus& process) {
        return process.state == ProcessState::kRunning;
      });
    });
  }

  std::uint16_t port_ = 0;
  WorkerReport before_;
};

TEST_F(TakeoverTest, KeepsTheProcessesAndTheirSockets) {
  Orphan({{.processes = 3}});
  EXPECT_EQ(Spread(port_).size(), 3u) << "served without a supervisor";
  ExpectTakeover();
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(Pid(i), PidBefore(i));
  EXPECT_EQ(Get().state, WorkerState::kRunning);
  EXPECT_EQ(PortOf(), port_);
  EXPECT_EQ(Revision(), 1u);
  EXPECT_EQ(Spread(port_).size(), 3u);
}

TEST_F(TakeoverTest, ChangesTheNodeAsTheOneBeforeDid) {
  Orphan({{.processes = 2}});
  ExpectTakeover();
  EXPECT_EQ(Apply(TestNode({{.processes = 2}})).outcome, ApplyOutcome::kNoChange);
  const ApplyReply reply = Apply(TestNode({{.processes = 3, .hello_timeout = 20000}}));
  ASSERT_TRUE(reply.status.ok()) << reply.status;
  EXPECT_EQ(reply.revision, 2u);
  EXPECT_EQ(Spread(port_).size(), 3u);
  EXPECT_NE(Ask(port_).find(" 20000"), std::string::npos);
  EXPECT_EQ(Pid(), PidBefore());
  ASSERT_TRUE(Apply(TestNode({{.processes = 1}})).status.ok());
  EXPECT_EQ(Spread(port_).size(), 1u) << "nobody is refused or reset when sockets leave";
}

TEST_F(TakeoverTest, NoticesTheEndOfAProcessItDidNotStart) {
  Orphan({{.processes = 2}});
  ExpectTakeover();
  ASSERT_EQ(::kill(PidBefore(1), SIGKILL), 0);
  Await([&](const WorkerReport& report) { return report.processes[1].pid != PidBefore(1); });
  AwaitAllServe();
  EXPECT_EQ(Spread(port_).size(), 2u);
}

TEST_F(TakeoverTest, BringsAProcessThatMissedTheDecisionToTheStoredRevision) {
  Orphan({{.processes = 2}});
  Store(TestNode({{.processes = 2, .hello_timeout = 20000}}));
  ExpectTakeover();
  EXPECT_EQ(Revision(), 2u);
  for (int i = 0; i < 10; ++i) EXPECT_NE(Ask(port_).find(" 20000"), std::string::npos);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(Pid(i), PidBefore(i));
    EXPECT_EQ(Get().processes[i].revision, 2u);
  }
}

TEST_F(TakeoverTest, StartsTheProcessesThatAreMissing) {
  Orphan({{.processes = 3}});
  ASSERT_EQ(::kill(PidBefore(1), SIGKILL), 0);
  RunUntil(loop_, [&] { return !Lives(PidBefore(1)); });
  ExpectTakeover();
  AwaitAllServe();
  EXPECT_EQ(Pid(0), PidBefore(0));
  EXPECT_NE(Pid(1), PidBefore(1));
  EXPECT_EQ(Pid(2), PidBefore(2));
  EXPECT_EQ(Spread(port_).size(), 3u);
}

TEST_F(TakeoverTest, StartsEverythingWhereNoProcessLives) {
  Orphan({{.processes = 2}});
  for (std::size_t i = 0; i < 2; ++i) {
    ASSERT_EQ(::kill(PidBefore(i), SIGKILL), 0);
    RunUntil(loop_, [&] { return !Lives(PidBefore(i)); });
  }
  const auto taken = OpenAndTakeOver();
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(*taken, Takeover::kNothing);
  EXPECT_TRUE(Restore().status.ok());
}

TEST_F(TakeoverTest, NeedsNoRecordOfTheProcesses) {
  Orphan({{.processes = 2}});
  std::ofstream(folder_ / ".wampgate/processes") << "\xff damaged";
  ExpectTakeover();
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(Pid(i), PidBefore(i));
  Die();
  std::filesystem::remove(folder_ / ".wampgate/processes");
  ExpectTakeover();
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(Pid(i), PidBefore(i));
  EXPECT_EQ(Spread(port_).size(), 2u);
}

TEST_F(TakeoverTest, ReplacesAProcessOfAnotherProtocolVersionAndKeepsItsSocket) {
  Orphan({{.hello_timeout = 40007}});
  ExpectTakeover();
  RunUntil(loop_, [&] { return !Lives(PidBefore()); });
  AwaitAllServe();
  EXPECT_NE(Pid(), PidBefore());
  EXPECT_EQ(PortOf(), port_);
  EXPECT_EQ(Who(Ask(port_)), "worker1/0");
}

TEST_F(TakeoverTest, KeepsAProcessOfTheProtocolVersionBefore) {
  Orphan({{.hello_timeout = 40009}});
  ExpectTakeover();
  EXPECT_EQ(Pid(), PidBefore());
  EXPECT_EQ(Who(Ask(port_)), "worker1/0");
}

TEST_F(TakeoverTest, EndsAndReplacesAProcessThatDoesNotCall) {
  Orphan({{.hello_timeout = 40008}});
  adoption_wait_ = std::chrono::milliseconds(200);
  const auto taken = OpenAndTakeOver();
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(*taken, Takeover::kNothing);
  EXPECT_FALSE(Lives(PidBefore())) << "two copies would serve";
  EXPECT_TRUE(Restore().status.ok());
}

TEST_F(TakeoverTest, EndsProcessesThatTheRevisionHasNoPlaceFor) {
  Orphan({{.processes = 2}});
  Store(TestNode({{.processes = 1}}));
  ExpectTakeover();
  EXPECT_EQ(Pid(), PidBefore());
  RunUntil(loop_, [&] { return !Lives(PidBefore(1)); });
  EXPECT_EQ(Spread(port_).size(), 1u);
}

TEST_F(TakeoverTest, ReplacesProcessesThatWereMadeWithAnotherEnvironment) {
  Orphan({{}});
  v1::Node changed = TestNode({{}});
  (*changed.mutable_workers(0)->mutable_options()->mutable_env()->mutable_vars())["NAME"] = "value";
  Store(changed);
  ExpectTakeover();
  RunUntil(loop_, [&] { return !Lives(PidBefore()); });
  AwaitAllServe();
  EXPECT_EQ(PortOf(), port_);
  EXPECT_EQ(Who(Ask(port_)), "worker1/0");
}

TEST_F(TakeoverTest, LeavesTheProcessesAloneWhereTheRevisionCannotRun) {
  Orphan({{}});
  UniqueFd taken(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  auto address = net::IpAddress(net::IpVersion::k4, "127.0.0.1", 0);
  ASSERT_EQ(::bind(taken.get(), address->get(), address->size), 0);
  ASSERT_EQ(::listen(taken.get(), 1), 0);
  ASSERT_EQ(::getsockname(taken.get(), address->get(), &address->size), 0);
  Store(TestNode({{}, {.id = "worker2", .port = net::ToIpText(*address).port}}));
  EXPECT_EQ(OpenAndTakeOver().status().code(), StatusCode::kFailedPrecondition);
  supervisor_.reset();
  EXPECT_NE(Ask(port_).find(std::to_string(PidBefore())), std::string::npos);
  taken.Reset();
  ExpectTakeover();
  EXPECT_EQ(Pid(), PidBefore());
  AwaitAllServe();
}

TEST_F(TakeoverTest, EndsThemWhenItIsStoppedBeforeItTookThemOver) {
  Orphan({{.processes = 2}});
  Open();
  Close();
  for (std::size_t i = 0; i < 2; ++i) EXPECT_FALSE(Lives(PidBefore(i)));
}

}  // namespace
}  // namespace wampgate::supervisor
