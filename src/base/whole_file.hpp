#pragma once

#include <cstddef>
#include <string>

#include "base/status.hpp"

namespace wampgate {

/// The most that a file which a configuration names (certificate, key) may have.
inline constexpr std::size_t kLargestNamedFile = 16 * 1024 * 1024;

/// What is in the file. The reason of a failure is without the path: it cannot be opened or read, is no
/// regular file (a FIFO would never end), has more than `most` octets. NotFound: there is none; whatever else
/// keeps it from being read is another code. Blocks for the disk only. Any thread.
StatusOr<std::string> ReadWholeFile(const std::string& path, std::size_t most = kLargestNamedFile);

}  // namespace wampgate
