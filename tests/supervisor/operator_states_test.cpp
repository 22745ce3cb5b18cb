#include "supervisor/operator_states.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "temporary_folder.hpp"

namespace wampgate::supervisor {
namespace {

internal::OperatorState Stopped() {
  internal::OperatorState state;
  state.set_state("stopped");
  return state;
}

/// A disk that can be full.
class FullDisk final : public Disk {
 public:
  Status WriteAndSync(const std::string& path, const std::string& content) override {
    return full ? ResourceExhausted("no space left on device") : Disk::WriteAndSync(path, content);
  }
  bool full = false;
};

class OperatorStatesTest : public ::testing::Test {
 protected:
  OperatorStates Reopened() {
    OperatorStates states(disk_, folder_ / "operator_states");
    states.Load();
    return states;
  }
  TemporaryFolder folder_;
  FullDisk disk_;
};

TEST_F(OperatorStatesTest, KeepWhatWasRemovedUntilItsSessionsHaveEnded) {
  OperatorStates states = Reopened();
  internal::RemovalState removal;
  for (const char* operation : {"operations/1", "operations/2", "operations/1"}) {
    removal.set_operation(operation);
    removal.set_rate(removal.rate() + 1);
    ASSERT_TRUE(states.SetRemoval(removal).ok());
  }
  ASSERT_EQ(Reopened().removals().size(), 2);
  EXPECT_EQ(Reopened().removals()[1].rate(), 3u) << "in the place of the one before";
  ASSERT_TRUE(states.ClearRemoval("operations/2").ok());
  ASSERT_TRUE(states.ClearRemoval("operations/3").ok());
  EXPECT_EQ(Reopened().removals().size(), 1);
}

TEST_F(OperatorStatesTest, AreThereAgainAfterARestart) {
  OperatorStates states = Reopened();
  EXPECT_TRUE(states.all().empty());
  internal::OperatorState draining;
  draining.set_state("draining");
  draining.mutable_drain()->set_operation("operations/1");
  internal::LogLevelState level;
  level.set_level("debug");
  ASSERT_TRUE(states.Set(OperatorStates::kNode, draining).ok());
  ASSERT_TRUE(states.Set("workers/a", Stopped()).ok());
  ASSERT_TRUE(states.Set("workers/b", Stopped()).ok());
  ASSERT_TRUE(states.Clear("workers/b").ok());
  ASSERT_TRUE(states.SetLogLevel(&level).ok());
  const OperatorStates again = Reopened();
  EXPECT_EQ(again.all(),
            (std::map<std::string, std::string>{{"node", "draining"}, {"workers/a", "stopped"}}));
  EXPECT_EQ(again.Find("node")->drain().operation(), "operations/1");
  EXPECT_TRUE(again.Is("workers/a", "stopped"));
  ASSERT_NE(again.log_level(), nullptr);
  EXPECT_EQ(again.log_level()->level(), "debug");
}

TEST_F(OperatorStatesTest, GoWithTheirObjectAndTheNodeStays) {
  OperatorStates states = Reopened();
  ASSERT_TRUE(states.Set(OperatorStates::kNode, Stopped()).ok());
  ASSERT_TRUE(states.Set("workers/a", Stopped()).ok());
  ASSERT_TRUE(states.Set("workers/b", Stopped()).ok());
  EXPECT_TRUE(states.KeepOnly([](const std::string& object) { return object == "workers/b"; }));
  EXPECT_FALSE(states.KeepOnly([](const std::string& object) { return object == "workers/b"; }));
  const std::map<std::string, std::string> left{{"node", "stopped"}, {"workers/b", "stopped"}};
  EXPECT_EQ(states.all(), left);
  EXPECT_EQ(Reopened().all(), left);
}

TEST_F(OperatorStatesTest, AreNotChangedWhereTheDiskIsFull) {
  OperatorStates states = Reopened();
  ASSERT_TRUE(states.Set("workers/a", Stopped()).ok());
  disk_.full = true;
  EXPECT_EQ(states.Set("workers/b", Stopped()).code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(states.Clear("workers/a").code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(states.all().size(), 1u);
  disk_.full = false;
  EXPECT_TRUE(states.Clear("workers/a").ok());
}

TEST_F(OperatorStatesTest, ForgetARemovalThatIsOverAlsoWhereTheDiskIsFull) {
  OperatorStates states = Reopened();
  internal::RemovalState removal;
  removal.set_operation("operations/1");
  ASSERT_TRUE(states.SetRemoval(removal).ok());
  disk_.full = true;
  EXPECT_EQ(states.ClearRemoval("operations/1").code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(states.removals().size(), 0);
  disk_.full = false;
  ASSERT_TRUE(states.Set("workers/a", Stopped()).ok());
  EXPECT_EQ(Reopened().removals().size(), 0) << "the next change takes it from the disk";
}

TEST_F(OperatorStatesTest, OfAnotherVersionAreReadWithoutWhatIsUnknown) {
  std::ofstream(folder_ / "operator_states")
      << "objects { key: \"workers/a\" value { state: \"stopped\" mood: \"good\" } } novelties { when: 7 }";
  EXPECT_EQ(Reopened().all(), (std::map<std::string, std::string>{{"workers/a", "stopped"}}));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "operator_states.damaged"));
}

TEST_F(OperatorStatesTest, ThatAreDamagedArePutAside) {
  std::ofstream(folder_ / "operator_states") << "objects { key: \"workers/a\" val";
  EXPECT_TRUE(Reopened().all().empty());
  EXPECT_TRUE(std::filesystem::exists(folder_ / "operator_states.damaged"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "operator_states"));
}

}  // namespace
}  // namespace wampgate::supervisor
