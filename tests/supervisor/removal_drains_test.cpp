/// What becomes of the sessions of removed objects when their name comes again.
#include <gtest/gtest.h>

#include "supervisor_fixture.hpp"

namespace wampgate::supervisor {
namespace {

class RemovalDrainsTest : public SupervisorTest {
 protected:
  static v1::Node WithTransports(const std::vector<std::string>& ids) {
    v1::Node node = TestNode({{.transport = "always"}});
    for (const std::string& id : ids) {
      v1::Transport& transport = *node.mutable_workers(0)->add_transports();
      transport = node.workers(0).transports(0);
      transport.set_id(id);
    }
    return node;
  }
  /// Of the one drain, as it is on the disk.
  internal::RemovalState Kept() {
    Disk disk;
    OperatorStates states(disk, folder_ / ".wampgate/operator_states");
    states.Load();
    EXPECT_EQ(states.removals().size(), 1);
    return states.removals().empty() ? internal::RemovalState() : states.removals()[0];
  }
};

TEST_F(RemovalDrainsTest, SpareTheSessionsOfANewObjectOfTheName) {
  const std::string gone = "workers/worker1/transports/gone";
  const std::string returns = "workers/worker1/transports/returns";
  ASSERT_TRUE(Apply(WithTransports({"gone", "returns"})).status.ok());
  const ApplyReply removed = Apply(WithTransports({}), {.removal = Removal::kDrain});
  ASSERT_TRUE(removed.status.ok()) << removed.status;
  ASSERT_FALSE(removed.operation.empty());
  const internal::RemovalState before = Kept();
  EXPECT_EQ(std::vector<std::string>(before.removed().begin(), before.removed().end()),
            (std::vector<std::string>{gone, returns}));
  EXPECT_GT(before.replaced_at_unix_milliseconds(), 0);
  ASSERT_TRUE(Apply(WithTransports({"returns"})).status.ok());
  const internal::RemovalState after = Kept();
  EXPECT_EQ(std::vector<std::string>(after.removed().begin(), after.removed().end()),
            std::vector<std::string>{gone});
  EXPECT_EQ(std::vector<std::string>(after.replaced().begin(), after.replaced().end()),
            std::vector<std::string>{returns});
  EXPECT_EQ(after.replaced_at_unix_milliseconds(), before.replaced_at_unix_milliseconds());
}

}  // namespace
}  // namespace wampgate::supervisor
