#include "supervisor/leftover_processes.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <string>

#include "supervisor/child.hpp"
#include "supervisor/process_table.hpp"
#include "temporary_folder.hpp"

namespace wampgate::supervisor {
namespace {

/// A process of ours that looks like a worker of the node at `control`, and nobody watches.
class Stray {
 public:
  explicit Stray(const std::string& control) : pid_(::fork()) {
    if (pid_ == 0) {
      ::execl(WAMPGATE_FAKE_WORKER, "wampgated: w1/3", "worker", "--control", control.c_str(), "--worker",
              "w1", "--process", "3", "--generation", "9", nullptr);
      ::_exit(127);
    }
  }
  ~Stray() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

class LeftoverProcesses : public ::testing::Test {
 protected:
  void WriteRecord(pid_t pid, std::uint64_t start_time) {
    internal::ProcessRecords records;
    records.set_boot_id(BootId());
    internal::ProcessRecord& record = *records.add_processes();
    record.set_worker("w1");
    record.set_process(3);
    record.set_pid(pid);
    record.set_start_time(start_time);
    ASSERT_TRUE(disk_.Write(path_, records.SerializeAsString()).ok());
  }
  std::vector<Leftover> Find() { return FindLeftovers(disk_, path_, control_).processes; }

  TemporaryFolder folder_;
  Disk disk_;
  std::string path_ = folder_ / "processes";
  std::string control_ = folder_ / "control.sock";  // of this test: others run beside it
};

TEST_F(LeftoverProcesses, AreThoseOfTheRecordThatLive) {
  const Stray stray("elsewhere");
  WriteRecord(stray.pid(), ProcessStartTime(stray.pid()));
  const auto found = Find();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].record.pid(), stray.pid());
  EXPECT_EQ(found[0].record.process(), 3u);
}

TEST_F(LeftoverProcesses, AreNotThoseThatGotTheirPidLater) {
  const Stray stray("elsewhere");
  WriteRecord(stray.pid(), ProcessStartTime(stray.pid()) + 1);
  EXPECT_TRUE(Find().empty());
}

TEST_F(LeftoverProcesses, AreNotThoseOfAnotherBoot) {
  const Stray stray("elsewhere");
  internal::ProcessRecords records;
  records.set_boot_id("another");
  internal::ProcessRecord& record = *records.add_processes();
  record.set_pid(stray.pid());
  record.set_start_time(ProcessStartTime(stray.pid()));
  ASSERT_TRUE(disk_.Write(path_, records.SerializeAsString()).ok());
  EXPECT_TRUE(Find().empty());
}

TEST_F(LeftoverProcesses, AreFoundByTheirCommandLinesWhereTheRecordIsMissingOrDamaged) {
  const Stray stray(control_);
  const Stray of_another_node("elsewhere");
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (Find().empty() && std::chrono::steady_clock::now() < until) ::usleep(1000);  // until it has exec'd
  for (const char* content : {"", "\xff\xff damaged"}) {
    ASSERT_TRUE(disk_.Write(path_, content).ok());
    const auto found = Find();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].record.pid(), stray.pid());
    EXPECT_EQ(found[0].record.start_time(), ProcessStartTime(stray.pid()));
    EXPECT_EQ(found[0].record.worker(), "w1");
    EXPECT_EQ(found[0].record.process(), 3u);
    EXPECT_EQ(found[0].record.generation(), 9u);
  }
}

}  // namespace
}  // namespace wampgate::supervisor
