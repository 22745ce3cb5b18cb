#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "integration/configurations.hpp"
#include "support/node_process.hpp"
#include "support/proc.hpp"
#include "support/stub_router.hpp"
#include "support/wamp_client.hpp"

namespace wampgate::test {
namespace {

using wamp::Serializer;

constexpr std::uint64_t kDescriptors = 256;
constexpr int kNewcomers = 100;
constexpr int kIdle = 300;  // more connections than the worker has descriptors

bool Joins(int port) {
  auto client = WampClient::RawSocket({port}, Serializer::kJson);
  const json answer = client->Join("realm1");
  return answer.is_array() && answer.at(0) == 2;
}

/// How many of the connections have been closed by the node.
int CountEnded(const std::vector<std::unique_ptr<BlockingSocket>>& sockets) {
  return static_cast<int>(std::count_if(sockets.begin(), sockets.end(), [](const auto& socket) {
    socket->Fill(1, std::chrono::milliseconds(0));
    return socket->ended();
  }));
}

/// Waits until so many have been closed.
bool AwaitEnded(const std::vector<std::unique_ptr<BlockingSocket>>& sockets, int count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  while (CountEnded(sockets) < count) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

/// No deadline closes the idle connections: what ends is turned away.
json PatientWorker() {
  json worker = TransparentWorker();
  worker["transports"][0]["options"] = {{"header_timeout", 0}, {"client_timeout", 3600}};
  worker["transports"][0]["endpoint"]["backlog"] = 1024;  // connecting itself does not wait
  return worker;
}

TEST(DescriptorLimit, TurnsNewcomersAwayDoesNotSpinAndRecovers) {
  NodeProcess node;
  StubRouter router(node.directory() + "/router.sock");
  node.Start({.configuration = NodeText({PatientWorker()}), .descriptors = kDescriptors});
  const int web_port = node.AwaitPort("edge", "web");
  const int raw_port = node.AwaitPort("edge", "raw");
  ASSERT_NE(web_port, 0) << node.log();
  ASSERT_EQ(node.Workers().size(), 1U) << node.log();
  const pid_t worker = node.Workers().begin()->second;
  ASSERT_TRUE(Joins(raw_port)) << node.log();

  // Plain HTTP connections that say nothing: each holds a descriptor and none is a session.
  std::vector<std::unique_ptr<BlockingSocket>> idle;
  for (int i = 0; i < kIdle; ++i) idle.push_back(std::make_unique<BlockingSocket>(ConnectTo({web_port})));
  constexpr int kSurplus = kIdle - static_cast<int>(kDescriptors);
  EXPECT_TRUE(AwaitEnded(idle, kSurplus)) << node.log();

  // While newcomers keep coming: what spins is accepting that fails.
  const auto before = ReadProcess(worker);
  ASSERT_TRUE(before) << node.log();
  std::vector<std::unique_ptr<BlockingSocket>> newcomers;
  for (int i = 0; i < kNewcomers; ++i) {
    newcomers.push_back(std::make_unique<BlockingSocket>(ConnectTo({web_port})));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the time over which its CPU is measured
  }
  const auto after = ReadProcess(worker);
  ASSERT_TRUE(after) << node.log();
  EXPECT_GE(OpenDescriptors(worker), kDescriptors - 2)
      << "the worker was not at its limit; nothing is proven";
  const auto used = after->cpu - before->cpu;
  RecordProperty("cpu_ms_in_2_s", static_cast<int>(used.count()));
  EXPECT_LT(used, std::chrono::milliseconds(400)) << "the worker spins";
  EXPECT_TRUE(AwaitEnded(newcomers, kNewcomers)) << "newcomers are left waiting: " << CountEnded(newcomers);
  newcomers.clear();

  idle.clear();
  bool recovered = false;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  while (!recovered && std::chrono::steady_clock::now() < end) recovered = Joins(raw_port);
  EXPECT_TRUE(recovered) << node.log();
  EXPECT_EQ(node.Workers().begin()->second, worker) << "the worker was replaced";
  EXPECT_EQ(node.Stop(), 0) << node.log();
}

}  // namespace
}  // namespace wampgate::test
