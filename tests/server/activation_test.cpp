#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "base/fd.hpp"
#include "net/listen_socket.hpp"
#include "server/daemon.hpp"

/// Listening sockets that the service manager opens and passes (sd_listen_fds(3)).
namespace wampgate::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A socket of 127.0.0.1 that listens, as a service manager opens it: without SO_REUSEPORT.
UniqueFd Listen() {
  net::TcpListen any;
  any.interface = "127.0.0.1";
  auto socket = net::BindListenSocket(any, net::ReusePort::kNo);
  if (!socket.ok() || !net::StartListening(socket->get(), 50).ok()) return UniqueFd();
  return *std::move(socket);
}

TEST(Activation, ServesOnThePassedSocketAndLeavesItListening) {
  const UniqueFd socket = Listen();
  const std::uint16_t port = net::BoundPort(socket.get());
  const NodeFolder folder;
  folder.Write(Document({.port = port, .processes = 2}));
  for (int start = 0; start < 2; ++start) {
    Daemon daemon(folder.Run(), folder / "log", {socket.get()});
    const UniqueFd early(Hold(port));  // waits in the queue until the node serves
    EXPECT_TRUE(early);
    ASSERT_TRUE(daemon.AwaitOutput("the node serves")) << daemon.Output();
    for (int i = 0; i < 4; ++i) EXPECT_EQ(Get(port), 200);
    daemon.Signal(SIGTERM);
    EXPECT_EQ(daemon.AwaitExit(), 0) << daemon.Output();
  }
  EXPECT_TRUE(UniqueFd(Hold(port)));
}

TEST(Activation, SurvivesWhatChangesAroundIt) {
  const UniqueFd socket = Listen();
  const std::uint16_t port = net::BoundPort(socket.get());
  const NodeFolder folder;
  folder.Write(Document({.port = port}));
  Daemon daemon(folder.Run(), folder / "log", {socket.get()});
  ASSERT_TRUE(daemon.AwaitOutput("the node serves")) << daemon.Output();
  const std::uint16_t other = FreePort();
  const auto apply = [&](const WebNode& node, int revision) {
    folder.Write(Document(node));
    daemon.Signal(SIGHUP);
    return daemon.AwaitOutput("SIGHUP: the node file has been applied revision=" + std::to_string(revision));
  };
  ASSERT_TRUE(apply({.port = port, .processes = 3}, 2)) << daemon.Output();
  EXPECT_EQ(Get(port), 200);
  ASSERT_TRUE(apply({.port = other, .processes = 3}, 3)) << daemon.Output();
  EXPECT_EQ(Get(other), 200);
  EXPECT_TRUE(UniqueFd(Hold(port)));  // nobody accepts, nobody refuses
  ASSERT_TRUE(apply({.port = port, .processes = 1}, 4)) << daemon.Output();
  EXPECT_EQ(Get(port), 200);
  EXPECT_EQ(Get(other), 0);
}

TEST(Activation, SaysWhichPassedSocketsAreOfNoUse) {
  const UniqueFd unused = Listen();
  const UniqueFd datagrams(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const NodeFolder folder;
  const std::uint16_t port = FreePort();
  folder.Write(Document({.port = port}));
  Daemon daemon(folder.Run(), folder / "log", {unused.get(), datagrams.get()});
  ASSERT_TRUE(daemon.AwaitOutput("the node serves")) << daemon.Output();
  EXPECT_TRUE(daemon.AwaitOutput("tcp4:127.0.0.1:" + std::to_string(net::BoundPort(unused.get()))));
  EXPECT_TRUE(daemon.AwaitOutput("only stream sockets that listen are"));
  EXPECT_EQ(Get(port), 200);
}

TEST(Activation, IsNotHandedOnToWorkerProcesses) {
  const UniqueFd socket = Listen();
  const NodeFolder folder;
  folder.Write(Document({.port = net::BoundPort(socket.get())}));
  Daemon daemon(folder.Run(), folder / "log", {socket.get()});
  ASSERT_TRUE(daemon.AwaitOutput("the node serves")) << daemon.Output();
  for (const pid_t worker : daemon.Workers()) {
    std::ifstream file("/proc/" + std::to_string(worker) + "/environ");
    const std::string environment((std::istreambuf_iterator<char>(file)), {});
    EXPECT_THAT(environment, Not(HasSubstr("LISTEN_")));
  }
}

}  // namespace
}  // namespace wampgate::test
