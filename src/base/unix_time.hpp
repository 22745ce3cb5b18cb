#pragma once

#include <chrono>
#include <cstdint>

namespace wampgate {

inline std::int64_t UnixMilliseconds(
    std::chrono::system_clock::time_point time = std::chrono::system_clock::now()) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace wampgate
