#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace wampgate::supervisor {

/// What a process uses, as the kernel has it; 0 where it cannot be read.
struct ProcessUsage {
  std::chrono::milliseconds cpu_time{0};  ///< user and system, all its threads
  std::uint64_t memory_resident = 0;      ///< octets
  std::uint64_t memory_private = 0;       ///< resident octets that no file and no other process backs
  std::uint32_t descriptors = 0;
  std::uint32_t descriptors_limit = 0;  ///< soft
};
ProcessUsage UsageOf(pid_t pid);

}  // namespace wampgate::supervisor
