#include "base/background.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace wampgate {
namespace {

// Longer than the slices of others (0.7 to 3 ms), which may then interrupt ours; short enough for whoever
// waits for us where no processor is idle.
constexpr std::uint64_t kSlice = 10'000'000;  // ns

/// The first version of the kernel's struct sched_attr, which the C library does not have.
struct Attributes {
  std::uint32_t size = 48;
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0;  // of SCHED_OTHER and SCHED_BATCH: the slice; 0: the usual one
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};
static_assert(sizeof(Attributes) == 48);

std::atomic<bool> in_use = false;  // by any thread

bool Set(std::uint32_t policy, std::uint64_t slice) {
  Attributes attributes;
  attributes.policy = policy;
  attributes.nice = ::getpriority(PRIO_PROCESS, 0);  // of this thread
  attributes.runtime = slice;
  return ::syscall(SYS_sched_setattr, 0, &attributes, 0U) == 0;
}

}  // namespace

void RunInBackground() {
  if (::sched_getscheduler(0) == SCHED_OTHER && Set(SCHED_BATCH, kSlice)) in_use = true;
}

ForegroundScope::ForegroundScope() : was_in_background_(RunsInBackground()) {
  if (was_in_background_) Set(SCHED_OTHER, 0);
}

ForegroundScope::~ForegroundScope() {
  if (was_in_background_) RunInBackground();
}

bool RunsInBackground() {
  return in_use && ::sched_getscheduler(0) == SCHED_BATCH;
}

}  // namespace wampgate
