#include "supervisor/child.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
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

TEST(Child, IsNotInTheBackgroundAsWhoStartsItIs) {
  std::thread([] {
    RunInBackground();
    EXPECT_EQ(RunShell(Shell("[ $(cut -d' ' -f41 /proc/self/stat) = 0 ]")).number, 0) << "SCHED_OTHER";
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
