#include "supervisor/activated_sockets.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <utility>

#include "net/listen_socket.hpp"
#include "net/socket_address.hpp"
#include "supervisor/listen_sockets.hpp"
#include "supervisor/listen_stage.hpp"
#include "temporary_folder.hpp"

namespace wampgate::supervisor {
namespace {

UniqueFd Open(const net::ListenEndpoint& endpoint) {
  auto socket = net::BindListenSocket(endpoint, net::ReusePort::kNo);
  EXPECT_TRUE(socket.ok() && net::StartListening(socket->get(), 5).ok());
  return socket.ok() ? *std::move(socket) : UniqueFd();
}

template <typename... Sockets>
ActivatedSockets Pass(Sockets... sockets) {
  std::vector<UniqueFd> all;
  (all.push_back(std::move(sockets)), ...);
  return ActivatedSockets(std::move(all));
}

net::TcpListen Tcp(net::IpVersion version, const std::string& interface, std::uint16_t port) {
  return {.version = version, .interface = interface, .port = port};
}

constexpr auto k4 = net::IpVersion::k4;
constexpr auto kDual = net::IpVersion::kDual;

TEST(ActivatedSockets, AreFoundByTheAddressOfAnEndpoint) {
  UniqueFd one = Open(Tcp(k4, "127.0.0.1", 0));
  const std::uint16_t port = net::BoundPort(one.get());
  UniqueFd every = Open(Tcp(kDual, "", 0));
  const std::uint16_t dual = net::BoundPort(every.get());
  const ActivatedSockets activated = Pass(std::move(one), std::move(every));
  EXPECT_EQ(activated.At(Tcp(k4, "127.0.0.1", port)).size(), 1u);
  EXPECT_EQ(activated.At(Tcp(kDual, "127.0.0.1", port)).size(), 1u);
  EXPECT_EQ(activated.At(Tcp(kDual, "::", dual)).size(), 1u);
  EXPECT_TRUE(activated.At(Tcp(k4, "", port)).empty());
  EXPECT_TRUE(activated.At(Tcp(k4, "", dual)).empty());
  EXPECT_TRUE(activated.At(Tcp(k4, "127.0.0.1", 0)).empty());
  EXPECT_TRUE(activated.At(Tcp(k4, "not an address", port)).empty());
}

TEST(ActivatedSockets, AreFoundInARangeOfPorts) {
  UniqueFd one = Open(Tcp(k4, "127.0.0.1", 0));
  const std::uint16_t port = net::BoundPort(one.get());
  const ActivatedSockets activated = Pass(std::move(one));
  net::TcpListen range = Tcp(k4, "127.0.0.1", static_cast<std::uint16_t>(port - 1));
  range.port_range_end = port;
  EXPECT_EQ(activated.At(range).size(), 1u);
  range.port_range_end = range.port;
  EXPECT_TRUE(activated.At(range).empty());
}

TEST(ActivatedSockets, AreFoundByThePathOfASocketFile) {
  const TemporaryFolder folder;
  net::UnixListen local;
  local.path = folder / "web.sock";
  const ActivatedSockets activated = Pass(Open(local));
  EXPECT_EQ(activated.At(local).size(), 1u);
  local.path = folder / "other.sock";
  EXPECT_TRUE(activated.At(local).empty());
}

TEST(ActivatedSockets, KnowTheirDuplicates) {
  UniqueFd one = Open(Tcp(k4, "127.0.0.1", 0));
  const UniqueFd duplicate = one.Duplicate();
  const ActivatedSockets activated = Pass(std::move(one));
  const UniqueFd other = Open(Tcp(k4, "127.0.0.1", 0));
  EXPECT_TRUE(activated.Holds(duplicate.get()));
  EXPECT_FALSE(activated.Holds(other.get()));
  EXPECT_FALSE(ActivatedSockets::None().Holds(other.get()));
  EXPECT_EQ(activated.Unused({}).size(), 1u);
}

/// A node with one worker w1 of `processes` processes that listens at the endpoints.
config::Node Node(int processes, const std::vector<net::ListenEndpoint>& endpoints) {
  config::Worker worker;
  worker.id = "w1";
  worker.processes = processes;
  for (const net::ListenEndpoint& endpoint : endpoints) {
    config::Transport transport;
    transport.id = std::to_string(worker.transports.size());
    transport.name = "workers/w1/transports/" + transport.id;
    transport.endpoint = endpoint;
    worker.transports.push_back(std::move(transport));
  }
  config::Node node;
  node.workers.push_back(std::move(worker));
  return node;
}

bool IsListening(int socket) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value != 0;
}

TEST(ActivatedSockets, ListenOnWhateverBecomesOfWorkerAndTransport) {
  net::Loop loop;
  ListenSockets sockets(loop);
  UniqueFd socket = Open(Tcp(k4, "127.0.0.1", 0));
  const net::TcpListen tcp = Tcp(k4, "127.0.0.1", net::BoundPort(socket.get()));
  const UniqueFd held_by_systemd = socket.Duplicate();
  sockets.SetActivated(Pass(std::move(socket)));
  {
    ListenStage stage(sockets.table(), Node(2, {tcp}), sockets.activated());
    EXPECT_TRUE(sockets.Take(stage, {}).empty());
  }
  sockets.StopListening("w1");
  EXPECT_TRUE(IsListening(held_by_systemd.get()));
  ASSERT_TRUE(sockets.ListenAgain("w1").ok());
  EXPECT_TRUE(sockets.activated().Holds(sockets.Find("workers/w1/transports/0")->sockets.front().fd.get()));
  {
    ListenStage stage(sockets.table(), Node(2, {}), sockets.activated());
    const auto leaving = sockets.Take(stage, {});
    bool drained = false;
    sockets.Drain(leaving, [&] { drained = true; });
    EXPECT_TRUE(drained);
    sockets.CloseLeaving(leaving);
  }
  EXPECT_EQ(sockets.activated().Unused(sockets.table()).size(), 1u);
  EXPECT_TRUE(IsListening(held_by_systemd.get()));
}

TEST(ActivatedSockets, AreTheOnlySocketsOfTheirEndpointHoweverManyProcesses) {
  const TemporaryFolder folder;
  net::UnixListen local;
  local.path = folder / "web.sock";
  UniqueFd tcp = Open(Tcp(k4, "127.0.0.1", 0));
  const std::uint16_t port = net::BoundPort(tcp.get());
  const ActivatedSockets activated = Pass(std::move(tcp), Open(local));
  {
    ListenStage stage({}, Node(4, {Tcp(k4, "127.0.0.1", port), local}), activated);
    ASSERT_TRUE(stage.problems().empty()) << config::ToString(stage.problems().front());
    for (const ListenStage::Entry& entry : stage.entries()) {
      EXPECT_EQ(entry.count, 1u);
      EXPECT_TRUE(activated.Holds(stage.fd(entry, 0)));
    }
  }
  EXPECT_TRUE(std::filesystem::exists(local.path)) << "the file is the service manager's";
}

}  // namespace
}  // namespace wampgate::supervisor
