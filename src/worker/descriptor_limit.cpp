#include "worker/descriptor_limit.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace wampgate::worker {
namespace {

// Stands for RLIM_INFINITY and the like: more than any process has open.
constexpr rlim_t kMostDescriptors = 1 << 30;

}  // namespace

std::size_t RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  if (limit.rlim_cur < limit.rlim_max && setrlimit(RLIMIT_NOFILE, &raised) == 0)
    limit.rlim_cur = limit.rlim_max;
  return static_cast<std::size_t>(std::min(limit.rlim_cur, kMostDescriptors));
}

}  // namespace wampgate::worker
