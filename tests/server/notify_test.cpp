#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "base/fd.hpp"
#include "net/socket_address.hpp"
#include "server/daemon.hpp"

/// What the daemon tells the service manager (sd_notify(3)), seen at the socket it is told to use.
namespace wampgate::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Notify : public ::testing::Test {
 protected:
  Notify() {
    const auto address = net::UnixAddress(folder_ / "notify");
    ::bind(socket_.get(), address->get(), address->size);
    ::setenv("NOTIFY_SOCKET", (folder_ / "notify").c_str(), 1);
    folder_.Write(Document({.port = FreePort()}));
  }
  ~Notify() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
  }

  /// The next message; empty at the deadline.
  std::string Next(std::chrono::seconds deadline = std::chrono::seconds(30)) {
    pollfd ready{socket_.get(), POLLIN, 0};
    char text[512];
    if (::poll(&ready, 1, static_cast<int>(deadline.count() * 1000)) != 1) return "";
    const ssize_t size = ::recv(socket_.get(), text, sizeof text, 0);
    return size < 0 ? "" : std::string(text, static_cast<std::size_t>(size));
  }

  NodeFolder folder_;
  UniqueFd socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

TEST_F(Notify, IsToldWhenTheNodeServesReloadsAndStops) {
  Daemon daemon(folder_.Run(), folder_ / "log");
  EXPECT_EQ(Next(), "READY=1");
  EXPECT_TRUE(daemon.AwaitOutput("the node serves")) << daemon.Output();  // the log is written beside it
  daemon.Signal(SIGHUP);
  EXPECT_THAT(Next(), AllOf(HasSubstr("RELOADING=1\n"), HasSubstr("MONOTONIC_USEC=")));
  EXPECT_EQ(Next(), "READY=1");
  daemon.Signal(SIGTERM);
  EXPECT_EQ(Next(), "STOPPING=1");
  EXPECT_EQ(daemon.AwaitExit(), 0);
}

TEST_F(Notify, IsToldThatAReloadIsOverAlsoIfTheFileIsRefused) {
  Daemon daemon(folder_.Run(), folder_ / "log");
  ASSERT_EQ(Next(), "READY=1");
  std::ofstream(folder_ / "config.json") << "{";
  daemon.Signal(SIGHUP);
  EXPECT_THAT(Next(), HasSubstr("RELOADING=1"));
  EXPECT_EQ(Next(), "READY=1");
  ASSERT_TRUE(daemon.AwaitOutput("SIGHUP: the node file has errors"));
}

TEST_F(Notify, IsNotToldThatANodeIsReadyThatCannotStart) {
  std::ofstream(folder_ / "config.json") << "{";
  Daemon daemon(folder_.Run(), folder_ / "log");
  EXPECT_EQ(daemon.AwaitExit(), 2);
  EXPECT_EQ(Next(std::chrono::seconds(0)), "");
}

TEST_F(Notify, GetsPingsForItsWatchdogWhileTheLoopTurns) {
  ::setenv("WATCHDOG_USEC", "200000", 1);
  Daemon daemon(folder_.Run(), folder_ / "log");
  int pings = 0;
  while (pings < 5) {
    const std::string message = Next();
    ASSERT_NE(message, "") << pings;
    if (message == "WATCHDOG=1") ++pings;
  }
  ::kill(daemon.pid(), SIGSTOP);
  while (!Next(std::chrono::seconds(0)).empty()) {
  }
  EXPECT_EQ(Next(std::chrono::seconds(1)), "");
  ::kill(daemon.pid(), SIGCONT);
  EXPECT_EQ(Next(), "WATCHDOG=1");
}

TEST_F(Notify, GetsNoPingsThatAreForAnotherProcess) {
  ::setenv("WATCHDOG_USEC", "200000", 1);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  Daemon daemon(folder_.Run(), folder_ / "log");
  EXPECT_EQ(Next(), "READY=1");
}

}  // namespace
}  // namespace wampgate::test
