#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "integration/configurations.hpp"
#include "support/node_process.hpp"
#include "support/socket_client.hpp"
#include "support/stub_router.hpp"
#include "support/wamp_client.hpp"

namespace wampgate::test {
namespace {

using wamp::Serializer;

/// A port that is free now: `port: 0` would give each worker another one.
int FreePort() {
  return PortOf(ListenOnLoopback().get());
}

/// The value at /value of whichever worker takes the connection.
std::string FetchValue(int port) {
  BlockingSocket socket(ConnectTo({port}));
  socket.Write("GET /value HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  socket.TakeThrough("\r\n\r\n", WampClient::kDeadline);
  socket.Fill(1024, WampClient::kDeadline);  // to the end
  return socket.Take(1024);
}

TEST(SharedPort, TwoWorkersServeOnePortWithDifferentContent) {
  const int port = FreePort();
  std::vector<json> workers;
  for (const std::string name : {"first", "second"}) {
    json endpoint = LoopbackEndpoint(port);
    endpoint["shared"] = true;
    json transport = WebTransport(endpoint);
    transport["paths"]["value"]["value"] = name;
    workers.push_back({{"type", "proxy"}, {"id", name}, {"transports", json::array({transport})}});
  }
  NodeProcess node;
  StubRouter router(node.directory() + "/router.sock");
  node.Start({.configuration = NodeText(workers)});
  ASSERT_EQ(node.AwaitPort("first", "web"), port) << node.log();
  ASSERT_EQ(node.AwaitPort("second", "web"), port) << node.log();
  std::set<std::string> seen;
  for (int i = 0; i < 200 && seen.size() < 2; ++i) seen.insert(FetchValue(port));
  EXPECT_EQ(seen, (std::set<std::string>{"\"first\"", "\"second\""})) << node.log();
  EXPECT_EQ(node.Stop(), 0) << node.log();
  EXPECT_TRUE(node.NothingLeft());
}

TEST(SharedPort, TwoProcessesOfOneWorkerShareAFreePort) {
  json worker = TransparentWorker();
  worker["options"] = {{"processes", 2}};
  NodeProcess node;
  StubRouter router(node.directory() + "/router.sock");
  node.Start({.configuration = NodeText({worker})});
  const int port = node.AwaitPort("edge", "raw", 2);
  ASSERT_NE(port, 0) << node.log();
  EXPECT_EQ(node.Workers().size(), 2U);
  std::vector<std::unique_ptr<WampClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(WampClient::RawSocket({port}, Serializer::kJson));
    EXPECT_EQ(clients.back()->Join("realm1").at(0), 2);
  }
  EXPECT_EQ(node.Stop(), 0) << node.log();
}

}  // namespace
}  // namespace wampgate::test
