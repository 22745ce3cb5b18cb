#include "worker/control_link.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "control/listener.hpp"
#include "control/socket.hpp"
#include "support/run_until.hpp"

namespace wampgate::worker {
namespace {

using std::chrono::milliseconds;
using test::RunUntil;

class ControlLinkTest : public ::testing::Test {
 protected:
  ControlLinkTest() {
    auto socket = control::Listen(path_);
    EXPECT_TRUE(socket.ok()) << socket.status();
    listener_ = std::make_unique<control::Listener>(loop_, *std::move(socket),
                                                    [this](UniqueFd caller) { OnCall(std::move(caller)); });
    EXPECT_TRUE(listener_->Start().ok());
  }
  void OnCall(UniqueFd caller) {
    ++calls_;
    if (keeps_) kept_.push_back(std::move(caller));
  }
  void Start(milliseconds orphan_timeout) {
    link_ =
        std::make_unique<ControlLink>(loop_, ControlLink::Options{path_, orphan_timeout},
                                      ControlLink::Callbacks{[] { return std::vector<OutgoingFrame>{}; },
                                                             [](internal::Frame&, std::vector<UniqueFd>&) {},
                                                             [] {}, [this] { orphaned_ = true; }});
    link_->Start();
  }

  std::string path_ = ::testing::TempDir() + "control_link_" + std::to_string(::getpid()) + ".sock";
  net::Loop loop_;
  std::unique_ptr<control::Listener> listener_;
  std::unique_ptr<ControlLink> link_;
  std::vector<UniqueFd> kept_;
  int calls_ = 0;
  bool keeps_ = false;
  bool orphaned_ = false;
};

TEST_F(ControlLinkTest, AWorkerThatIsTurnedAwayAgainAndAgainIsAnOrphanInTheEnd) {
  Start(milliseconds(1000));
  ASSERT_TRUE(RunUntil(loop_, [&] { return orphaned_; }, milliseconds(30000)));
  EXPECT_GE(calls_, 2);
}

TEST_F(ControlLinkTest, AWorkerThatIsTurnedAwayDialsEverMoreSeldom) {
  Start(milliseconds(4000));
  ASSERT_TRUE(RunUntil(loop_, [&] { return orphaned_; }, milliseconds(30000)));
  // 50, 100, 200, 400, 800, 1600, 2000 ms at most, half of it at least: 160 calls if each counted as a
  // supervisor.
  EXPECT_LE(calls_, 12);
}

TEST_F(ControlLinkTest, AChannelThatHoldsIsASupervisorThoughItSaysNothing) {
  keeps_ = true;
  Start(milliseconds(2500));
  EXPECT_FALSE(RunUntil(loop_, [&] { return orphaned_; }, milliseconds(4000)));
  EXPECT_EQ(calls_, 1);
}

}  // namespace
}  // namespace wampgate::worker
