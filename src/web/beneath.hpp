#pragma once

#include <cstdint>
#include <string>

#include "base/fd.hpp"

namespace wampgate::web {

enum class Symlinks : std::uint8_t {
  kBeneath,  ///< followed where they stay below the directory; absolute ones never do
  kAnywhere,
};

/// A descriptor, or the error number why there is none.
struct Opened {
  UniqueFd fd;
  int error = 0;
};

/// Opens `path` (relative, without "..") below `directory` for reading, in such a way that no symlink, also
/// none made meanwhile, leads out of it. Does not block on FIFOs. EXDEV and ELOOP: it led out.
Opened OpenBeneath(int directory, const std::string& path, Symlinks symlinks);

/// The same for kernels and sandboxes without openat2: component by component, and no symlink is followed.
Opened OpenStepwise(int directory, const std::string& path);

}  // namespace wampgate::web
