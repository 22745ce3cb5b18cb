#pragma once

#include <cstddef>

namespace wampgate::worker {

/// Raises RLIMIT_NOFILE of this process to its hard limit. Returns the limit in force afterwards.
std::size_t RaiseDescriptorLimit();

}  // namespace wampgate::worker
