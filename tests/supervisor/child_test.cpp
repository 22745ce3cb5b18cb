#include "supervisor/child.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <optional>

#include "loop_runner.hpp"
#include "supervisor/disk.hpp"
#include "supervisor/leftover_processes.hpp"
#include "supervisor/process_table.hpp"
#include "temporary_folder.hpp"
#include "wampgate/internal/process_record.pb.h"

namespace wampgate::supervisor {
namespace {

ChildCommand Shell(const std::string& script) {
  return {.executable = "/bin/sh", .arguments = {"sh", "-c", script}, .environment = {}};
}

ChildExit RunShell(const ChildCommand& command) {
  net::Loop loop;
  std::optional<ChildExit> exit;
  auto child = Child::Spawn(loop, command, [&](const ChildExit& how) { exit = how; });
  EXPECT_TRUE(child.ok()) << child.status();
  RunUntil(loop, [&] { return exit.has_value(); });
  return *exit;
}

TEST(Child, SaysHowItEnded) {
  EXPECT_EQ(ToString(RunShell(Shell("exit 3"))), "exit code 3");
  EXPECT_EQ(ToString(RunShell(Shell("kill -9 $$"))), "killed by signal 9 (SIGKILL)");
}

TEST(Child, HasNoDescriptorOfOursButTheStandardOnes) {
  const int open = ::fcntl(STDERR_FILENO, F_DUPFD, 50);  // not close-on-exec
  ASSERT_GE(open, 50);
  EXPECT_EQ(RunShell(Shell("[ \"$(ls /proc/self/fd | tr '\\n' ' ')\" = '0 1 2 3 ' ]")).number,
            0);  // 3: ls reads it
  ::close(open);
}

TEST(Child, RunsInASessionOfItsOwnWithDefaultSignals) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(RunShell(Shell("[ $(ps -o sid= -p $$) = $$ ] || [ ! -x /bin/ps ]; kill -PIPE $$")).number,
            SIGPIPE);
  std::signal(SIGPIPE, before);
}

TEST(Child, GetsTheEnvironmentItIsGiven) {
  ::setenv("WAMPGATE_TEST_INHERITED", "yes", 1);
  ChildCommand command = Shell("[ \"$WAMPGATE_TEST_INHERITED$MINE\" = yesvalue ]");
  command.environment["MINE"] = "value";
  EXPECT_EQ(RunShell(command).number, 0);
  command = Shell("[ \"$WAMPGATE_TEST_INHERITED$MINE\" = value ]");
  command.environment["MINE"] = "value";
  command.inherit = ChildCommand::Inherit::kNothing;
  EXPECT_EQ(RunShell(command).number, 0);
}

TEST(Child, CannotBeStartedWithoutItsFile) {
  net::Loop loop;
  ChildCommand command = Shell("");
  command.executable = "/nowhere/at/all";
  EXPECT_EQ(Child::Spawn(loop, command, nullptr).status().code(), StatusCode::kNotFound);
}

/// A process of ours, not watched.
pid_t StartLeftover(const std::string& script) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
    ::_exit(127);
  }
  return pid;
}

void WriteRecord(const std::string& path, pid_t pid, std::uint64_t start_time) {
  internal::ProcessRecords records;
  records.set_boot_id(BootId());
  internal::ProcessRecord& record = *records.add_processes();
  record.set_worker("w1");
  record.set_pid(pid);
  record.set_start_time(start_time);
  Disk disk;
  ASSERT_TRUE(disk.Write(path, records.SerializeAsString()).ok());
}

TEST(LeftoverProcesses, AreEndedGracefully) {
  const TemporaryFolder folder;
  const std::string ready = folder / "ready";
  const pid_t pid = StartLeftover("trap 'exit 7' TERM; : > " + ready + "; while :; do sleep 0.02; done");
  while (::access(ready.c_str(), F_OK) != 0) ::usleep(1000);
  WriteRecord(folder / "processes", pid, ProcessStartTime(pid));
  Disk disk;
  EndLeftoverProcesses(disk, folder / "processes", std::chrono::seconds(20));
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, WNOHANG), pid);
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(LeftoverProcesses, AreKilledIfTheyDoNotEnd) {
  const TemporaryFolder folder;
  const std::string ready = folder / "ready";
  const pid_t pid = StartLeftover("trap '' TERM; : > " + ready + "; while :; do sleep 0.02; done");
  while (::access(ready.c_str(), F_OK) != 0) ::usleep(1000);
  WriteRecord(folder / "processes", pid, ProcessStartTime(pid));
  Disk disk;
  EndLeftoverProcesses(disk, folder / "processes", std::chrono::milliseconds(100));
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, WNOHANG), pid);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

TEST(LeftoverProcesses, AreNotThoseThatGotTheirPidLater) {
  const TemporaryFolder folder;
  const pid_t pid = StartLeftover("exec sleep 60");
  WriteRecord(folder / "processes", pid, ProcessStartTime(pid) + 1);
  Disk disk;
  EndLeftoverProcesses(disk, folder / "processes", std::chrono::seconds(1));
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, WNOHANG), 0);
  ::kill(pid, SIGKILL);
  ::waitpid(pid, &status, 0);
}

}  // namespace
}  // namespace wampgate::supervisor
