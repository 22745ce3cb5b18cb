#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace wampgate {

/// Memory that will be touched soon, to be fetched into the caches while something slow (a system call) is
/// under way. Between two events of a session the kernel's work, and a thousand other sessions, push its
/// objects out of the caches, and they hang together by pointers: fetched one after the other each costs a
/// wait for memory. Ranges may have been freed meanwhile: a prefetch never faults.
class PrefetchList {
 public:
  static constexpr std::size_t kMost = 8;  ///< ranges; more are left out

  void Add(const void* begin, std::size_t octets) {
    if (count_ == kMost || octets == 0) return;
    const auto address = reinterpret_cast<std::uintptr_t>(begin);
    const std::uintptr_t first = address & ~kInLine;
    const std::uintptr_t lines = (address + octets - 1 - first) / kLine;
    ranges_[count_++] = first | (lines < kInLine ? lines : kInLine);
  }

  void Prefetch() const {
    for (std::size_t i = 0; i < count_; ++i) {
      const std::uintptr_t first = ranges_[i] & ~kInLine;
      const std::uintptr_t last = first + (ranges_[i] & kInLine) * kLine;
      for (std::uintptr_t line = first; line <= last; line += kLine) {
        __builtin_prefetch(reinterpret_cast<const void*>(line));  // NOLINT(performance-no-int-to-ptr)
      }
    }
  }

 private:
  static constexpr std::uintptr_t kLine = 64;
  static constexpr std::uintptr_t kInLine = kLine - 1;

  std::array<std::uintptr_t, kMost>
      ranges_;  // address of the first line, and in its low bits how many follow
  std::size_t count_ = 0;
};

}  // namespace wampgate
