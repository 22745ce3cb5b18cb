#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace wampgate::test {

/// What /proc tells of a process.
struct ProcessFacts {
  pid_t pid = 0;
  pid_t parent = 0;
  char state = '?';
  std::chrono::milliseconds cpu{0};  ///< user and system
  std::string started;               ///< start time, tells processes of one pid apart
};

/// Nothing if there is no such process.
std::optional<ProcessFacts> ReadProcess(pid_t pid);
/// Living children, zombies left out.
std::vector<ProcessFacts> ChildrenOf(pid_t pid);
/// How many descriptors it has open; 0 if there is no such process.
std::size_t OpenDescriptors(pid_t pid);
/// Arguments of its command line.
std::vector<std::string> CommandLine(pid_t pid);

}  // namespace wampgate::test
