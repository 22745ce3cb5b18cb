#include "supervisor/listen_sockets.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>

#include "loop_runner.hpp"
#include "net/listen_socket.hpp"
#include "net/socket_address.hpp"
#include "temporary_folder.hpp"

namespace wampgate::supervisor {
namespace {

net::TcpListen Loopback(std::uint16_t port) {
  net::TcpListen tcp;
  tcp.interface = "127.0.0.1";
  tcp.port = port;
  return tcp;
}

/// A connected socket, or nothing if it is refused.
std::optional<UniqueFd> Connect(std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = net::IpAddress(net::IpVersion::k4, "127.0.0.1", port);
  if (::connect(socket.get(), address->get(), address->size) != 0) return std::nullopt;
  return socket;
}

int AcceptAll(const ListenEndpoint::Socket& socket) {
  int count = 0;
  while (UniqueFd accepted{::accept4(socket.fd.get(), nullptr, nullptr, SOCK_CLOEXEC)}) ++count;
  return count;
}

class ListenSocketsTest : public ::testing::Test {
 protected:
  struct Wanted {
    std::string worker;
    int processes = 1;
    net::ListenEndpoint endpoint;
    std::string id = "web";
  };
  static config::Node Node(const std::vector<Wanted>& wanted) {
    config::Node node;
    for (const Wanted& entry : wanted) {
      config::Worker worker;
      worker.id = entry.worker;
      worker.processes = entry.processes;
      config::Transport transport;
      transport.id = entry.id;
      transport.name = "workers/" + entry.worker + "/transports/" + entry.id;
      transport.endpoint = entry.endpoint;
      worker.transports.push_back(std::move(transport));
      node.workers.push_back(std::move(worker));
    }
    return node;
  }
  std::vector<ListenSockets::Leaving> Take(const std::vector<Wanted>& wanted) {
    ListenStage stage(sockets_.table(), Node(wanted));
    EXPECT_FALSE(config::HasErrors(stage.problems())) << config::ToString(stage.problems().front());
    return sockets_.Take(stage, {});
  }
  config::Problems Problems(const std::vector<Wanted>& wanted) {
    return ListenStage(sockets_.table(), Node(wanted)).problems();
  }
  std::shared_ptr<ListenEndpoint> Of(const std::string& worker) {
    return sockets_.Find("workers/" + worker + "/transports/web");
  }

  net::Loop loop_;
  ListenSockets sockets_{loop_};
  TemporaryFolder folder_;
};

TEST_F(ListenSocketsTest, BindsAGroupOfOneSocketPerProcessAtOnePort) {
  Take({{"w1", 3, Loopback(0)}});
  const auto endpoint = Of("w1");
  ASSERT_EQ(endpoint->sockets.size(), 3u);
  EXPECT_NE(endpoint->port, 0);
  for (const auto& socket : endpoint->sockets) {
    EXPECT_TRUE(socket.listening);
    EXPECT_EQ(net::BoundPort(socket.fd.get()), endpoint->port);
  }
}

TEST_F(ListenSocketsTest, DoesNotListenBeforeTheRevisionIsDecided) {
  std::uint16_t port = 0;
  {
    ListenStage stage(sockets_.table(), Node({{"w1", 1, Loopback(0)}}));
    port = net::BoundPort(stage.fd(stage.entries().front(), 0));
    EXPECT_FALSE(Connect(port));
  }
  EXPECT_EQ(sockets_.table().size(), 0u);
}

TEST_F(ListenSocketsTest, KeepsPortZerosPortAcrossRevisions) {
  Take({{"w1", 1, Loopback(0)}});
  const auto before = Of("w1");
  Take({{"w1", 1, Loopback(0)}, {"w2", 1, Loopback(0)}});
  EXPECT_EQ(Of("w1"), before);
  EXPECT_NE(Of("w2")->port, before->port);
}

TEST_F(ListenSocketsTest, AddsSocketsToThoseThatListenWhenAWorkerGrows) {
  Take({{"w1", 1, Loopback(0)}});
  const int first = Of("w1")->sockets[0].fd.get();
  const auto leaving = Take({{"w1", 3, Loopback(0)}});
  EXPECT_TRUE(leaving.empty());
  ASSERT_EQ(Of("w1")->sockets.size(), 3u);
  EXPECT_EQ(Of("w1")->sockets[0].fd.get(), first);
}

TEST_F(ListenSocketsTest, LosesNoConnectionWhenAWorkerShrinks) {
  Take({{"w1", 4, Loopback(0)}});
  const auto endpoint = Of("w1");
  std::vector<UniqueFd> clients;
  for (int i = 0; i < 40; ++i) clients.push_back(*Connect(endpoint->port));
  const auto leaving = Take({{"w1", 2, Loopback(0)}});
  ASSERT_EQ(leaving.size(), 1u);
  EXPECT_EQ(leaving[0].first, 2u);
  bool drained = false;
  int accepted = 0;
  sockets_.Drain(leaving, [&] { drained = true; });
  for (int i = 0; i < 40; ++i) clients.push_back(*Connect(endpoint->port));  // while they leave
  RunUntil(loop_, [&] {
    for (const auto& socket : endpoint->sockets) accepted += AcceptAll(socket);
    return drained;
  });
  sockets_.CloseLeaving(leaving);
  ASSERT_EQ(endpoint->sockets.size(), 2u);
  for (int i = 0; i < 40; ++i) clients.push_back(*Connect(endpoint->port));
  for (const auto& socket : endpoint->sockets) accepted += AcceptAll(socket);
  EXPECT_EQ(accepted, 120);
}

TEST_F(ListenSocketsTest, SendsNewConnectionsPastSocketsThatLeave) {
  Take({{"w1", 4, Loopback(0)}});
  const auto endpoint = Of("w1");
  const auto leaving = Take({{"w1", 2, Loopback(0)}});
  bool drained = false;
  sockets_.Drain(leaving, [&] { drained = true; });
  std::vector<UniqueFd> clients;
  for (int i = 0; i < 40; ++i) clients.push_back(*Connect(endpoint->port));
  EXPECT_EQ(AcceptAll(endpoint->sockets[2]) + AcceptAll(endpoint->sockets[3]), 0);
  EXPECT_EQ(AcceptAll(endpoint->sockets[0]) + AcceptAll(endpoint->sockets[1]), 40);
  RunUntil(loop_, [&] { return drained; });
  sockets_.CloseLeaving(leaving);
}

TEST_F(ListenSocketsTest, LetsWorkersShareAPortAndLeaveIt) {
  net::TcpListen shared = Loopback(0);
  Take({{"w1", 1, shared}});
  shared.port = Of("w1")->port;
  shared.shared = true;
  Take({{"w1", 2, shared}});
  Take({{"w1", 2, shared}, {"w2", 2, shared}});
  EXPECT_EQ(Of("w2")->port, shared.port);
  const auto leaving = Take({{"w2", 2, shared}});
  bool drained = false;
  sockets_.Drain(leaving, [&] { drained = true; });
  std::vector<UniqueFd> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(*Connect(shared.port));
  int accepted = 0;
  for (const auto& socket : Of("w2")->sockets) accepted += AcceptAll(socket);
  EXPECT_EQ(accepted, 20);
  RunUntil(loop_, [&] { return drained; });
  sockets_.CloseLeaving(leaving);
  for (int i = 0; i < 20; ++i) clients.push_back(*Connect(shared.port));
  for (const auto& socket : Of("w2")->sockets) accepted += AcceptAll(socket);
  EXPECT_EQ(accepted, 40);
}

TEST_F(ListenSocketsTest, NamesThePathOfAPortThatIsInUse) {
  const auto taken = net::BindListenSocket(Loopback(0), net::ReusePort::kYes);
  ASSERT_TRUE(net::StartListening(taken->get(), 5).ok());
  const std::uint16_t port = net::BoundPort(taken->get());
  for (const int processes : {1, 2}) {
    const config::Problems problems = Problems({{"w1", 1, Loopback(0)}, {"w2", processes, Loopback(port)}});
    ASSERT_EQ(problems.size(), 1u) << processes;
    EXPECT_EQ(problems[0].path, "workers[1].transports[0].endpoint");
    EXPECT_NE(problems[0].message.find(std::to_string(port)), std::string::npos) << problems[0].message;
  }
}

TEST_F(ListenSocketsTest, JoinsAnotherProgramWithAWarningIfShared) {
  const auto taken = net::BindListenSocket(Loopback(0), net::ReusePort::kYes);
  ASSERT_TRUE(net::StartListening(taken->get(), 5).ok());
  net::TcpListen shared = Loopback(net::BoundPort(taken->get()));
  shared.shared = true;
  ListenStage stage(sockets_.table(), Node({{"w1", 2, shared}}));
  ASSERT_EQ(stage.problems().size(), 1u);
  EXPECT_EQ(stage.problems()[0].severity, config::Severity::kWarning);
}

TEST_F(ListenSocketsTest, DoesNotTakeAWorkerOnAnotherInterfaceForAnotherProgram) {
  const auto free = net::BindListenSocket(Loopback(0), net::ReusePort::kYes);
  net::TcpListen one = Loopback(net::BoundPort(free->get()));
  one.shared = true;
  net::TcpListen every = one;
  every.interface = "";
  const config::Problems problems = Problems({{"w1", 1, one}, {"w2", 2, every}});
  EXPECT_TRUE(problems.empty()) << config::ToString(problems.front());
}

TEST_F(ListenSocketsTest, KeepsTheAddressOfAWorkerThatIsStopped) {
  Take({{"w1", 2, Loopback(0)}});
  const std::uint16_t port = Of("w1")->port;
  sockets_.StopListening("w1");
  EXPECT_FALSE(Connect(port));
  EXPECT_FALSE(net::BindListenSocket(Loopback(port), net::ReusePort::kNo).ok());
  ASSERT_TRUE(sockets_.ListenAgain("w1").ok());
  EXPECT_TRUE(Connect(port));
}

TEST_F(ListenSocketsTest, HandsTheSocketsOnWhenATransportIsRenamedOrMoves) {
  Take({{"w1", 1, Loopback(0)}});
  const net::TcpListen fixed = Loopback(Of("w1")->port);
  Take({{"w1", 1, fixed}});  // another address as configured, though the same port
}

TEST_F(ListenSocketsTest, MovesAnAddressToAnotherWorkerWithoutClosingIt) {
  const auto probe = net::BindListenSocket(Loopback(0), net::ReusePort::kNo);
  const std::uint16_t port = net::BoundPort(probe->get());
  const_cast<UniqueFd&>(*probe).Reset();
  Take({{"w1", 1, Loopback(port)}});
  const auto before = Of("w1");
  const auto leaving = Take({{"w2", 1, Loopback(port)}});
  EXPECT_TRUE(leaving.empty());
  EXPECT_EQ(Of("w2"), before);
}

TEST_F(ListenSocketsTest, RemovesTheFileOfAUnixSocketWithItsTransportOnly) {
  net::UnixListen local;
  local.path = folder_ / "web.sock";
  local.mode = 0600;
  Take({{"w1", 2, local}});
  EXPECT_EQ(Of("w1")->sockets.size(), 1u);
  sockets_.StopListening("w1");
  EXPECT_TRUE(std::filesystem::exists(local.path));
  ASSERT_TRUE(sockets_.ListenAgain("w1").ok());
  const auto leaving = Take({});
  EXPECT_TRUE(std::filesystem::exists(local.path));
  sockets_.CloseLeaving(leaving);
  EXPECT_FALSE(std::filesystem::exists(local.path));
}

TEST_F(ListenSocketsTest, LeavesASocketFileThatSomebodyElseHasPutThere) {
  net::UnixListen local;
  local.path = folder_ / "web.sock";
  Take({{"w1", 1, local}});
  std::filesystem::remove(local.path);
  const auto other = net::BindListenSocket(local, net::ReusePort::kNo);
  ASSERT_TRUE(other.ok());
  sockets_.CloseLeaving(Take({}));
  EXPECT_TRUE(std::filesystem::exists(local.path));
}

TEST_F(ListenSocketsTest, TakesNewSocketFilesAwayWhenAStageIsGivenUp) {
  net::UnixListen local;
  local.path = folder_ / "web.sock";
  {
    ListenStage stage(sockets_.table(), Node({{"w1", 1, local}}));
  }
  EXPECT_FALSE(std::filesystem::exists(local.path));
}

}  // namespace
}  // namespace wampgate::supervisor
