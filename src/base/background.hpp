#pragma once

namespace wampgate {

/// From now on this thread, and those it starts, leave the processor to whoever else wakes up, and wait for
/// their turn when they wake themselves: work in the background of a data path (sched(7): SCHED_BATCH, with a
/// longer time slice than others have, from Linux 6.12 on). Its share of the processor stays what it was. No
/// effect on a thread for which somebody has chosen a policy, and where the kernel refuses.
void RunInBackground();

/// Takes back what RunInBackground has done to this thread, for as long as this lives: for who replaces
/// itself, or starts a process, which would inherit it. (POSIX_SPAWN_SETSCHEDULER resets the policy and
/// leaves the child the long time slice.)
class ForegroundScope {
 public:
  ForegroundScope();
  ~ForegroundScope();
  ForegroundScope(const ForegroundScope&) = delete;
  ForegroundScope& operator=(const ForegroundScope&) = delete;

 private:
  const bool was_in_background_;
};

/// Whether RunInBackground has had an effect on this thread, or on the one that started it.
bool RunsInBackground();

}  // namespace wampgate
