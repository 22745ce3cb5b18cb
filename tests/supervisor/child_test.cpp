#include "supervisor/child.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <optional>
#include <thread>

#include "base/background.hpp"
#include "loop_runner.hpp"
#include "supervisor/disk.hpp"
#include "temporary_folder.hpp"

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

/// Time slice of a process's main thread, nanoseconds (the kernel's struct sched_attr, its first version).
std::uint64_t SliceOf(pid_t pid) {
  std::array<std::uint64_t, 6> attributes{};
  EXPECT_EQ(::syscall(SYS_sched_getattr, pid, attributes.data(), sizeof attributes, 0U), 0);
  return attributes[3];  // sched_runtime
}

TEST(Child, IsNotInTheBackgroundAsWhoStartsItIs) {
  std::thread([] {
    const std::uint64_t usual = SliceOf(0);
    RunInBackground();
    const bool was_in_background = RunsInBackground();
    net::Loop loop;
    std::optional<ChildExit> exit;
    auto child = Child::Spawn(loop, Shell("exec sleep 60"), [&](const ChildExit& how) { exit = how; });
    ASSERT_TRUE(child.ok()) << child.status();
    EXPECT_EQ(::sched_getscheduler((*child)->pid()), SCHED_OTHER);
    EXPECT_EQ(SliceOf((*child)->pid()), usual);
    EXPECT_EQ(RunsInBackground(), was_in_background);
    (*child)->Signal(SIGKILL);
    RunUntil(loop, [&] { return exit.has_value(); });
  }).join();
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

}  // namespace
}  // namespace wampgate::supervisor
