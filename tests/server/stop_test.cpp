#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "server/daemon.hpp"

namespace wampgate::test {
namespace {

TEST(Stop, EndsEverythingOnSigtermAndExits0) {
  const NodeFolder folder;
  const std::uint16_t port = FreePort();
  folder.Write(Document({.port = port, .processes = 2}));
  Daemon daemon(folder.Run(), folder / "log");
  ASSERT_TRUE(daemon.AwaitOutput("the node serves"));
  const std::vector<pid_t> workers = daemon.Workers();
  daemon.Signal(SIGTERM);
  EXPECT_EQ(daemon.AwaitExit(), 0) << daemon.Output();
  for (const pid_t worker : workers) EXPECT_FALSE(Lives(worker));
  EXPECT_EQ(Get(port), 0);
  EXPECT_FALSE(std::filesystem::exists(folder / ".wampgate/control.sock"));
  EXPECT_FALSE(std::filesystem::exists(folder / ".wampgate/processes"));
}

TEST(Stop, KillsAWorkerThatDoesNotEndWithinTheGracePeriod) {
  const NodeFolder folder;
  folder.Write(Document({.port = FreePort(), .grace = 100}));
  Daemon daemon(folder.Run(), folder / "log");
  ASSERT_TRUE(daemon.AwaitOutput("the node serves"));
  const pid_t worker = daemon.Workers().at(0);
  ::kill(worker, SIGSTOP);
  daemon.Signal(SIGTERM);
  EXPECT_EQ(daemon.AwaitExit(), 0);
  EXPECT_FALSE(Lives(worker));
}

TEST(Stop, ExitsAtOnceOnTheSecondSigterm) {
  const NodeFolder folder;
  folder.Write(Document({.port = FreePort(), .grace = 3600000}));
  Daemon daemon(folder.Run(), folder / "log");
  ASSERT_TRUE(daemon.AwaitOutput("the node serves"));
  const pid_t worker = daemon.Workers().at(0);
  ::kill(worker, SIGSTOP);
  daemon.Signal(SIGTERM);
  ASSERT_TRUE(daemon.AwaitOutput("stopping"));
  daemon.Signal(SIGTERM);
  EXPECT_EQ(daemon.AwaitExit(std::chrono::seconds(10)), 0);
  EXPECT_TRUE(Await([&] { return !Lives(worker); }));
  EXPECT_FALSE(std::filesystem::exists(folder / "wampgate.sock"));
}

TEST(Stop, WhileTheNodeStartsIsOrderlyToo) {
  const NodeFolder folder;
  folder.Write(Document({.port = FreePort(), .processes = 4}));
  Daemon daemon(folder.Run(), folder / "log");
  ASSERT_TRUE(daemon.AwaitOutput("worker process started"));
  const std::vector<pid_t> workers = daemon.Workers();
  daemon.Signal(SIGTERM);
  EXPECT_EQ(daemon.AwaitExit(), 0) << daemon.Output();
  for (const pid_t worker : workers) EXPECT_FALSE(Lives(worker));
}

}  // namespace
}  // namespace wampgate::test
