#pragma once

#include <cstdint>

#include "base/status.hpp"

namespace wampgate::web {

/// Looks at the end of a file of `octets`, before libzip reads it: refuses what has no end of a ZIP directory
/// (APPNOTE 4.3.16), ZIP64 (4.3.15) and 65,535 members or more, whose directory could take far more memory
/// than the file. Blocks.
Status CheckZipEnding(int file, std::uint64_t octets);

}  // namespace wampgate::web
