#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "integration/two_processes.hpp"

/// A node is changed while its disk or one of its processes does not follow (issue 3).
namespace wampgate::test {
namespace {

using ::testing::HasSubstr;
using Clock = std::chrono::steady_clock;

/// The node keeps its state on a disk of its own of 1 MiB, where we may mount one. Where we may not, its
/// folder of revisions is taken away instead: nothing can be written then either.
class BadDisk : public TwoProcesses {
 protected:
  void SetUp() override {
    ::mkdir(state_.c_str(), 0700);
    own_disk_ = ::mount("tmpfs", state_.c_str(), "tmpfs", 0, "size=1m") == 0;
    Start();
    JoinMany();
  }
  void TearDown() override {
    TwoProcesses::TearDown();
    if (own_disk_) ::umount2(state_.c_str(), MNT_DETACH);
  }

  std::string Fill() {
    if (!own_disk_) return TakeAway();
    std::ofstream file(state_ + "/fill");
    const std::string block(4096, 'x');
    while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) continue;
    return "no space left on device";
  }
  void Empty() { own_disk_ ? static_cast<void>(std::filesystem::remove(state_ + "/fill")) : PutBack(); }

  std::string MakeReadOnly() {
    if (!own_disk_) return TakeAway();
    EXPECT_EQ(::mount(state_.c_str(), state_.c_str(), nullptr, MS_BIND, nullptr), 0);
    EXPECT_EQ(::mount(nullptr, state_.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr), 0);
    return "read-only file system";
  }
  void MakeWritable() { own_disk_ ? static_cast<void>(::umount2(state_.c_str(), MNT_DETACH)) : PutBack(); }

  /// A change is refused for `reason`, and nothing else has happened.
  void ExpectRefused(const std::string& reason) {
    const CtlResult applied = Apply(7);
    EXPECT_EQ(applied.exit_code, 1) << applied.out;
    EXPECT_THAT(applied.err, HasSubstr("cannot be written to disk, so nothing was changed"));
    EXPECT_THAT(applied.err, HasSubstr(reason));
    EXPECT_EQ(Revision(), 1U);
    EXPECT_EQ(Value(), "41");
    EXPECT_EQ(Lost(1), 0);
    EXPECT_TRUE(SameWorkersLive());
  }
  void ExpectRecovered() {
    const CtlResult applied = Apply(7);
    EXPECT_EQ(applied.exit_code, 0) << applied.err;
    EXPECT_EQ(Revision(), 2U);
    EXPECT_EQ(Value(), "7");
    EXPECT_EQ(Lost(2), 0);
  }

 private:
  std::string TakeAway() {
    std::filesystem::rename(state_ + "/revisions", state_ + "/away");
    return "no such file or directory";
  }
  void PutBack() { std::filesystem::rename(state_ + "/away", state_ + "/revisions"); }

  std::string state_ = node_.directory() + "/.wampgate";
  bool own_disk_ = false;
};

TEST_F(BadDisk, ThatIsFullRefusesChangesUntilThereIsRoom) {
  ExpectRefused(Fill());
  Empty();
  ExpectRecovered();
}

TEST_F(BadDisk, ThatIsReadOnlyRefusesChangesUntilItIsNot) {
  ExpectRefused(MakeReadOnly());
  MakeWritable();
  ExpectRecovered();
}

class FrozenProcess : public TwoProcesses {
 protected:
  static constexpr std::chrono::seconds kAnswerDeadline{5};  // of design 3
  static constexpr std::chrono::seconds kBusyMachine{5};

  void SetUp() override {
    Start({"--log-level", "debug"});
    JoinMany();
    first_ = workers_.begin()->second;
    second_ = workers_.rbegin()->second;
  }
  pid_t first_ = 0;
  pid_t second_ = 0;
};

TEST_F(FrozenProcess, DuringPrepareTheChangeIsGivenUpWithinTheDeadline) {
  ASSERT_EQ(::kill(first_, SIGSTOP), 0);
  const auto begun = Clock::now();
  const CtlResult applied = Apply(7);
  const auto took = Clock::now() - begun;
  ASSERT_EQ(::kill(first_, SIGCONT), 0);
  EXPECT_EQ(applied.exit_code, 1);
  EXPECT_THAT(applied.err, HasSubstr("no answer within 5 s"));
  EXPECT_GE(took, kAnswerDeadline);
  EXPECT_LE(took, kAnswerDeadline + kBusyMachine);
  EXPECT_EQ(Revision(), 1U);
  EXPECT_EQ(Lost(1), 0);
  EXPECT_TRUE(SameWorkersLive());
  EXPECT_EQ(Apply(8).exit_code, 0) << "the same process takes the next change";
  EXPECT_EQ(Value(), "8");
}

TEST_F(FrozenProcess, DuringCommitIsReplaced) {
  const std::string first_name = workers_.begin()->first;
  ASSERT_EQ(::kill(second_, SIGSTOP), 0);  // keeps the decision back
  CtlResult applied;
  std::thread change([&] { applied = Apply(7); });
  const json first_is_ready = node_.AwaitLine([&](const json& line) {
    return line.value("msg", "") == "a worker process is ready for a revision" &&
           line.value("revision", 0) == 2;
  });
  ::kill(first_, SIGSTOP);
  ::kill(second_, SIGCONT);
  change.join();
  ASSERT_FALSE(first_is_ready.is_null());
  ASSERT_EQ(applied.exit_code, 0) << applied.err;
  EXPECT_EQ(Revision(), 2U);
  const json back = node_.AwaitLine([&](const json& line) {
    return line.value("msg", "") == "worker process serves" && line.value("revision", 0) == 2;
  });
  EXPECT_FALSE(back.is_null());
  const auto now = node_.Workers();
  EXPECT_NE(now.at(first_name), first_);
  EXPECT_EQ(now.rbegin()->second, second_);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Value(), "7");
  const int lost = Lost(1);
  EXPECT_GT(lost, 0) << "the frozen process had no session; nothing was proven";
  EXPECT_LT(lost, kSessions) << "the other one lost its sessions too";
}

}  // namespace
}  // namespace wampgate::test
