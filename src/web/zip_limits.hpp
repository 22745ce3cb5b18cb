#pragma once

#include <cstdint>

namespace wampgate::web {

/// What an archive may have; the rest is not served.
struct ZipLimits {
  std::uint64_t archive = 256 * 1024 * 1024;  ///< octets of the file
  std::uint64_t object = 64 * 1024 * 1024;    ///< octets of a member, inflated
  bool operator==(const ZipLimits&) const = default;
};

}  // namespace wampgate::web
