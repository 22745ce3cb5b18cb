#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "integration/configurations.hpp"
#include "support/node_process.hpp"
#include "support/stub_router.hpp"
#include "support/wamp_client.hpp"

namespace wampgate::test {
namespace {

using wamp::Serializer;

constexpr int kClients = 1000;

/// This process holds the clients' sockets and the stub router's.
void AllowDescriptors() {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = limit.rlim_max;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  ASSERT_GT(limit.rlim_cur, 3000U);
}

/// Waits until the node's connections fill the socket's queue: one more does not get in.
bool AwaitFullQueue(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(8);
  while (std::chrono::steady_clock::now() < end) {
    const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (connect(probe.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 &&
        errno == EAGAIN) {
      return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST(Crowd, AThousandClientsJoinAtOnceOverAUnixBackendWithBacklog50) {
  AllowDescriptors();
  NodeProcess node;
  StubRouter router(node.directory() + "/router.sock", 50);
  json worker = TransparentWorker();
  worker["transports"][1]["endpoint"]["backlog"] = 1024;
  node.Start({.configuration = NodeText({worker})});
  const int port = node.AwaitPort("edge", "raw");
  ASSERT_NE(port, 0) << node.log();
  std::vector<std::unique_ptr<WampClient>> clients;
  for (int i = 0; i < kClients; ++i) clients.push_back(WampClient::RawSocket({port}, Serializer::kJson));
  router.PauseAccepting();
  for (const auto& client : clients) ASSERT_TRUE(client->SendHello("realm1"));
  ASSERT_TRUE(AwaitFullQueue(node.directory() + "/router.sock"));
  router.ResumeAccepting();
  int welcomed = 0;
  for (const auto& client : clients) {
    const json answer = client->Receive();
    if (answer.is_array() && answer.at(0) == 2) ++welcomed;
  }
  EXPECT_EQ(welcomed, kClients) << node.log();
  EXPECT_GE(router.accepted(), kClients);
  clients.clear();
  EXPECT_EQ(node.Stop(), 0) << node.log();
}

}  // namespace
}  // namespace wampgate::test
