#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

#include "server/daemon.hpp"

namespace wampgate::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Load {
  int connections = 0;
  int failed = 0;
  milliseconds slowest{0};
};

/// 200 new connections a second, each with one request, until `stop`.
Load Connect200ASecond(std::uint16_t port, const std::atomic<bool>& stop) {
  Load load;
  auto next = steady_clock::now();
  while (!stop) {
    const auto begin = steady_clock::now();
    if (Get(port) != 200) ++load.failed;
    ++load.connections;
    load.slowest =
        std::max(load.slowest, std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin));
    next += milliseconds(5);
    if (const auto left = next - steady_clock::now(); left > milliseconds(0)) {
      ::poll(nullptr, 0, static_cast<int>(std::chrono::duration_cast<milliseconds>(left).count()));
    }
  }
  return load;
}

TEST(Crash, OfAWorkerIsNotNoticedByNewConnections) {
  const NodeFolder folder;
  const std::uint16_t port = FreePort();
  folder.Write(Document({.port = port, .processes = 2}));
  Daemon daemon(folder.Run(), folder / "log");
  ASSERT_TRUE(daemon.AwaitOutput("the node serves"));
  std::atomic<bool> stop = false;
  Load load;
  std::thread client([&] { load = Connect200ASecond(port, stop); });
  for (int round = 0; round < 3; ++round) {
    const pid_t victim = daemon.Workers().at(0);
    ::kill(victim, SIGKILL);
    EXPECT_TRUE(Await([&] { return !Lives(victim) && daemon.Workers().size() == 2; }));
    ::poll(nullptr, 0, 200);
  }
  stop = true;
  client.join();
  // A connection that the victim had accepted is lost with it: at most the one under way at each kill.
  EXPECT_LE(load.failed, 3) << daemon.Output();
  EXPECT_GT(load.connections, 20);
  RecordProperty("connections", load.connections);
  RecordProperty("slowest_ms", static_cast<int>(load.slowest.count()));
}

TEST(Crash, OfAWorkerThatCannotComeBackLeavesItsSocketToItsSibling) {
  const NodeFolder folder;
  const std::uint16_t port = FreePort();
  folder.Write(Document({.port = port, .processes = 2}));
  Daemon daemon(folder.Run(), folder / "log");
  ASSERT_TRUE(daemon.AwaitOutput("the node serves"));
  // Successors do not find the control socket.
  std::filesystem::rename(folder / ".wampgate/control.sock", folder / ".wampgate/away.sock");
  const std::vector<pid_t> before = daemon.Workers();
  ::kill(before.at(0), SIGKILL);
  EXPECT_TRUE(daemon.AwaitOutput("ended unexpectedly"));
  std::atomic<bool> stop = false;
  Load load;
  std::thread client([&] { load = Connect200ASecond(port, stop); });
  ::poll(nullptr, 0, 2000);
  stop = true;
  client.join();
  EXPECT_EQ(load.failed, 0) << daemon.Output();
  EXPECT_GT(load.connections, 20);
  RecordProperty("slowest_ms", static_cast<int>(load.slowest.count()));
  std::filesystem::rename(folder / ".wampgate/away.sock", folder / ".wampgate/control.sock");
  EXPECT_TRUE(daemon.AwaitOutput("no longer accepting for a sibling")) << daemon.Output();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Get(port), 200);
}

TEST(Crash, OfTheSupervisorLeavesTheWorkersServingAndTheNextOneTakesThemOver) {
  const NodeFolder folder;
  const std::uint16_t port = FreePort();
  folder.Write(Document({.port = port, .processes = 2}));
  std::vector<pid_t> orphans;
  {
    Daemon daemon(folder.Run(), folder / "log");
    ASSERT_TRUE(daemon.AwaitOutput("the node serves"));
    orphans = daemon.Workers();
    daemon.Signal(SIGKILL);
    ASSERT_EQ(daemon.AwaitExit(), -SIGKILL);
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Get(port), 200);
  Daemon successor(folder.Run(), folder / "log2");
  ASSERT_TRUE(successor.AwaitOutput("the node serves")) << successor.Output();
  EXPECT_THAT(successor.Output(), ::testing::HasSubstr("are taken over"));
  for (const pid_t orphan : orphans) EXPECT_TRUE(Lives(orphan));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Get(port), 200);
  successor.Signal(SIGTERM);
  EXPECT_EQ(successor.AwaitExit(), 0);
  for (const pid_t orphan : orphans) EXPECT_FALSE(Lives(orphan));
}

TEST(Crash, OfTheSupervisorEndsItsWorkersAfterTheOrphanTimeout) {
  const NodeFolder folder;
  nlohmann::json document = Document({.port = FreePort()});
  document["limits"]["orphan_timeout"] = 1000;
  folder.Write(document);
  std::vector<pid_t> orphans;
  {
    Daemon daemon(folder.Run(), folder / "log");
    ASSERT_TRUE(daemon.AwaitOutput("the node serves"));
    orphans = daemon.Workers();
    daemon.Signal(SIGKILL);
    ASSERT_EQ(daemon.AwaitExit(), -SIGKILL);
  }
  for (const pid_t orphan : orphans) EXPECT_TRUE(Await([&] { return !Lives(orphan); }));
}

}  // namespace
}  // namespace wampgate::test
