#include <sched.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string>

#include "config/environment.hpp"

namespace wampgate::config {
namespace {

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The path of this process in the cgroup v2 hierarchy ("0::/system.slice/x"); "/" if there is none.
std::string CgroupPath() {
  const std::string text = ReadAll("/proc/self/cgroup");
  const std::size_t at = text.find("0::");
  if (at == std::string::npos) return "/";
  return text.substr(at + 3, text.find('\n', at) - at - 3);
}

}  // namespace

std::optional<int> CoresOfQuota(std::string_view cpu_max) {
  long long quota = 0, period = 0;
  const char* end = cpu_max.data() + cpu_max.size();
  const auto first = std::from_chars(cpu_max.data(), end, quota);
  if (first.ec != std::errc() || first.ptr == end) return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, period);
  if (second.ec != std::errc() || quota <= 0 || period <= 0) return std::nullopt;
  return static_cast<int>(std::clamp<long long>((quota + period - 1) / period, 1, 1024));
}

int UsableCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int cores = sched_getaffinity(0, sizeof(set), &set) == 0 ? std::max(CPU_COUNT(&set), 1) : 1;
  // Every level above may have a quota, too.
  for (std::string path = CgroupPath();;) {
    const auto quota = CoresOfQuota(ReadAll("/sys/fs/cgroup" + path + "/cpu.max"));
    if (quota) cores = std::min(cores, *quota);
    const std::size_t slash = path.find_last_of('/');
    if (slash == std::string::npos || path.size() <= 1) break;
    path.resize(std::max<std::size_t>(slash, 1));
  }
  return std::max(cores, 1);
}

}  // namespace wampgate::config
