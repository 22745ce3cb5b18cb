#include <gtest/gtest.h>
#include <sys/resource.h>

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
  for (const auto& client : clients) ASSERT_TRUE(client->SendHello("realm1"));
  int welcomed = 0;
  for (const auto& client : clients) {
    const json answer = client->Receive();
    if (answer.is_array() && answer.at(0) == 2) ++welcomed;
  }
  EXPECT_EQ(welcomed, kClients) << node.log();
  EXPECT_EQ(router.open(), kClients);
  clients.clear();
  EXPECT_EQ(node.Stop(), 0) << node.log();
}

}  // namespace
}  // namespace wampgate::test
