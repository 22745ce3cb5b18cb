#pragma once

#include <vector>

#include "config/named_files.hpp"
#include "config/problem.hpp"
#include "supervisor/file_contents.hpp"

namespace wampgate::supervisor {

struct TlsFindings {
  std::vector<BrokenFiles> broken;  ///< what cannot be used, or does not go together
  config::Problems remarks;         ///< certificates out of their time
};

/// Reads the files that listeners and backends of workers speak TLS with, and tries them.
TlsFindings CheckTlsFiles(const std::vector<config::NamedTls>& named);

}  // namespace wampgate::supervisor
