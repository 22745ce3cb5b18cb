#include "worker/router_endpoints.hpp"

#include <gtest/gtest.h>

#include "proxy/settings.hpp"
#include "worker/fake_parts.hpp"

namespace wampgate::worker {
namespace {

TEST(RouterEndpoints, TakeTheSessionLimitOfTheProxy) {
  net::Loop loop;
  wamp::SessionRegistry registry([](std::unique_ptr<wamp::Session>) {});
  RouterEndpoints endpoints(loop, registry);
  config::Node node = NodeWith({});
  for (const std::size_t configured : {0, 7}) {
    node.workers.front().limits.max_sessions = configured;
    const auto part =
        std::dynamic_pointer_cast<const RouterPart>(endpoints.MakeWorkerPart(node, {}, nullptr));
    EXPECT_EQ(part->limits.max_sessions, proxy::EffectiveSessionLimit(node.workers.front().limits));
    EXPECT_NE(part->limits.max_sessions, 0u);
  }
}

}  // namespace
}  // namespace wampgate::worker
