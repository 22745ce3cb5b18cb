#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string_view>

namespace wampgate::supervisor {

/// What a process uses, as the kernel has it; 0 where it cannot be read.
struct ProcessUsage {
  std::chrono::milliseconds cpu_time{0};  ///< user and system, all its threads
  std::uint64_t memory_resident = 0;      ///< octets
  std::uint64_t memory_private = 0;       ///< resident octets that no file and no other process backs
  std::map<std::string_view, std::uint64_t>
      memory_by_kind;  ///< octets; as in v1::ProcessStatus, without buffers
  std::uint32_t descriptors = 0;
  std::uint32_t descriptors_limit = 0;  ///< soft
};
ProcessUsage UsageOf(pid_t pid);

}  // namespace wampgate::supervisor
