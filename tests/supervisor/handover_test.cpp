#include "supervisor/handover.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace wampgate::supervisor {
namespace {

UniqueFd OpenNull() {
  return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

/// What a shell script ends with that takes the place of a process with this handover.
int ExitOf(const Handover& handover, const std::string& script) {
  const pid_t child = ::fork();
  if (child == 0) {
    static_cast<void>(handover.Exec("/bin/sh", {"sh", "-c", script}));
    ::_exit(100);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Handover, KeepsWhatItGivesOverExecAndNothingElse) {
  Handover handover;
  const UniqueFd given = OpenNull();
  const int open = ::fcntl(OpenNull().get(), F_DUPFD, 3);  // not close-on-exec
  handover.Give("lock", given.get());
  const std::string script = fmt::format(
      "n=${{WAMPGATE_HANDOVER#lock=}}; [ -e /proc/self/fd/$n ] && [ ! -e /proc/self/fd/{} ] && exit 7", open);
  EXPECT_EQ(ExitOf(handover, script), 7);
  ::close(open);
}

TEST(Handover, SaysWhyItCannotReplaceTheProcess) {
  EXPECT_EQ(Handover().Exec("/nowhere/wampgated", {"wampgated"}).code(), StatusCode::kNotFound);
}

TEST(Handover, IsReceivedOnce) {
  EXPECT_FALSE(Handover::Received().received());
  const int lock = OpenNull().Release(), socket = OpenNull().Release();
  ::setenv("WAMPGATE_HANDOVER",
           fmt::format("lock={},activated={},bad,worse=x,gone=9999", lock, socket).c_str(), 1);
  Handover handover = Handover::Received();
  EXPECT_TRUE(handover.received());
  EXPECT_EQ(std::getenv("WAMPGATE_HANDOVER"), nullptr);
  EXPECT_EQ(handover.Take(Handover::kLock).get(), lock);
  EXPECT_FALSE(handover.Take(Handover::kLock));
  EXPECT_FALSE(handover.Take("gone"));
  EXPECT_EQ(handover.TakeAll(Handover::kActivated).size(), 1u);
}

}  // namespace
}  // namespace wampgate::supervisor
