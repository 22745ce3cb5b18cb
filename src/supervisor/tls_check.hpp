#pragma once

#include <functional>
#include <vector>

#include "config/named_files.hpp"
#include "config/problem.hpp"
#include "supervisor/file_contents.hpp"

namespace wampgate::supervisor {

struct TlsFindings {
  std::vector<BrokenFiles> broken;  ///< what cannot be used, or does not go together
  config::Problems remarks;         ///< certificates out of their time
};

/// The groups of the running revision; called once, and only if some group is broken.
using RunningTls = std::function<std::vector<config::NamedTls>()>;

/// Reads the files that listeners and backends of workers speak TLS with, and tries them. Workers keep what
/// they have read by the whole group: one that differs from those that run in any field is a new one.
TlsFindings CheckTlsFiles(const std::vector<config::NamedTls>& named, const RunningTls& running);

}  // namespace wampgate::supervisor
