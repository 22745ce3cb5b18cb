#include "supervisor/process_usage.hpp"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

namespace wampgate::supervisor {
namespace {

std::string Content(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Fields 14 and 15 of /proc/PID/stat; the name in parentheses may hold anything.
std::chrono::milliseconds CpuTime(const std::string& stat) {
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(stat.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  fields >> user >> system;
  return std::chrono::milliseconds((user + system) * 1000 / static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK)));
}

/// Linux from 6.2 on says the count in the size of the folder; before, each has to be counted.
std::uint32_t Descriptors(const std::string& folder) {
  struct stat found{};
  if (stat(folder.c_str(), &found) != 0) return 0;
  if (found.st_size > 0) return static_cast<std::uint32_t>(found.st_size);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(folder.c_str()), &::closedir);
  std::uint32_t count = 0;
  while (stream != nullptr && ::readdir(stream.get()) != nullptr) ++count;
  return count < 2 ? 0 : count - 2;
}

std::uint32_t DescriptorsLimit(const std::string& limits) {
  constexpr std::string_view kLine = "Max open files";
  const std::size_t line = limits.find(kLine);
  if (line == std::string::npos) return 0;
  std::istringstream fields(limits.substr(line + kLine.size()));
  std::uint32_t soft = 0;
  fields >> soft;
  return soft;
}

/// The lines "RssAnon:      1234 kB" of /proc/PID/status that say what memory is for.
std::map<std::string_view, std::uint64_t> MemoryByKind(const std::string& status) {
  constexpr std::pair<std::string_view, std::string_view> kLines[] = {{"\nRssAnon:", "anonymous"},
                                                                      {"\nRssFile:", "file"},
                                                                      {"\nRssShmem:", "shared"},
                                                                      {"\nVmSwap:", "swap"},
                                                                      {"\nVmPTE:", "page_tables"}};
  std::map<std::string_view, std::uint64_t> memory;
  for (const auto& [line, kind] : kLines) {
    const std::size_t at = status.find(line);
    if (at == std::string::npos) continue;
    constexpr std::uint64_t kOctets = 1024;
    memory[kind] = std::strtoull(status.c_str() + at + line.size(), nullptr, 10) * kOctets;
  }
  return memory;
}

}  // namespace

ProcessUsage UsageOf(pid_t pid) {
  const std::string folder = fmt::format("/proc/{}/", pid);
  ProcessUsage usage;
  usage.cpu_time = CpuTime(Content(folder + "stat"));
  std::istringstream pages(Content(folder + "statm"));
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  std::uint64_t shared = 0;
  pages >> size >> resident >> shared;
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  usage.memory_resident = resident * page;
  usage.memory_private = (resident - shared) * page;
  usage.memory_by_kind = MemoryByKind(Content(folder + "status"));
  usage.descriptors = Descriptors(folder + "fd");
  usage.descriptors_limit = DescriptorsLimit(Content(folder + "limits"));
  return usage;
}

}  // namespace wampgate::supervisor
