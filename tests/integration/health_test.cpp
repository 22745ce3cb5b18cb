#include <gtest/gtest.h>
#include <signal.h>

#include "integration/configurations.hpp"
#include "support/grpc_health.hpp"
#include "support/node_process.hpp"

namespace wampgate::test {
namespace {

TEST(Health, IsServingWhileEveryWorkerServes) {
  NodeProcess node;
  node.Start({.configuration = NodeText({TransparentWorker()})});
  ASSERT_NE(node.AwaitPort("edge", "web"), 0) << node.log();
  EXPECT_TRUE(HealthBecomes(node, kServing));
  const auto end = std::chrono::steady_clock::now() + NodeProcess::kDeadline;
  while (Health(node) != kNotServing) {  // until a respawn takes longer than the node looks at its workers
    ASSERT_LT(std::chrono::steady_clock::now(), end) << node.log();
    for (const auto& [name, pid] : node.Workers()) kill(pid, SIGKILL);
  }
  EXPECT_TRUE(HealthBecomes(node, kServing));
  EXPECT_EQ(node.Stop(), 0);
}

}  // namespace
}  // namespace wampgate::test
