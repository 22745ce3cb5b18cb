/// A revision that makes worker processes crash is rolled back by itself, once (design 2).
#include <gtest/gtest.h>

#include <csignal>

#include "supervisor_fixture.hpp"

namespace wampgate::supervisor {
namespace {

using std::chrono::hours;
constexpr int kEndsAtOnce = 40005;

class RollbackTest : public SupervisorTest {
 protected:
  void SetUp() override {
    Close();
    bad_revision_.crashes = 2;  // the back-off between more of them takes long
    Open();
    ASSERT_TRUE(Apply(TestNode({{}})).status.ok());
  }
  /// Has the process end and waits for its successor, `times` times.
  void Crash(int times) {
    for (int i = 0; i < times; ++i) {
      const pid_t victim = Get().processes[0].pid;
      ASSERT_EQ(::kill(victim, SIGKILL), 0);
      Await([&](const WorkerReport& report) {
        const ProcessStatus& process = report.processes[0];
        return process.pid != victim && process.state == ProcessState::kRunning;
      });
    }
  }
};

TEST_F(RollbackTest, GoesBackToTheContentOfTheRevisionBefore) {
  ASSERT_TRUE(Apply(TestNode({{.hello_timeout = kEndsAtOnce}})).status.ok());
  AwaitRevision(3);
  const internal::Revision running = Running();
  EXPECT_EQ(running.origin(), "rollback:1");
  EXPECT_EQ(running.undoes(), 2u);
  EXPECT_NE(running.message().find("revision 2"), std::string::npos) << running.message();
  EXPECT_EQ(running.node().SerializeAsString(), TestNode({{}}).SerializeAsString());
  Await([](const WorkerReport& report) { return report.state == WorkerState::kRunning; });
  EXPECT_NE(Ask(PortOf()).find(" 10000"), std::string::npos);
}

TEST_F(RollbackTest, HappensOnce) {
  ASSERT_TRUE(Apply(TestNode({{.hello_timeout = kEndsAtOnce}})).status.ok());
  AwaitRevision(3);
  Await([](const WorkerReport& report) { return report.state == WorkerState::kRunning; });
  Crash(2);
  EXPECT_EQ(Revision(), 3u) << "what was rolled back to crashes too: that is not configuration";
}

TEST_F(RollbackTest, IsNotCausedByAPoisonMessageAnHourAfterAChange) {
  ASSERT_TRUE(Apply(TestNode({{.hello_timeout = 20000}})).status.ok());
  now_ += hours(1);
  Crash(3);
  EXPECT_EQ(Revision(), 2u);
}

TEST_F(RollbackTest, IsNotCausedWhereProcessesHadCrashedBeforeTheChange) {
  Crash(1);
  ASSERT_TRUE(Apply(TestNode({{.hello_timeout = 20000}})).status.ok());
  Crash(3);
  EXPECT_EQ(Revision(), 2u);
}

TEST_F(RollbackTest, CanBeTurnedOff) {
  v1::Node bad = TestNode({{.hello_timeout = kEndsAtOnce}});
  bad.mutable_management()->set_auto_rollback(false);
  ASSERT_TRUE(Apply(bad).status.ok());
  Await([](const WorkerReport& report) { return report.processes[0].restarts >= 3; });
  EXPECT_EQ(Revision(), 2u);
}

}  // namespace
}  // namespace wampgate::supervisor
