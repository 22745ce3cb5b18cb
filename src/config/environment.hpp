#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace wampgate::config {

/// What a configuration depends on besides its text. Everything Resolve knows of the machine comes from here.
struct Environment {
  std::string node_directory;           ///< absolute; relative paths start here
  std::optional<std::string> key_file;  ///< text of a Crossbar node's `key.pub` in the node directory
  std::string hostname;                 ///< default node id, lower-cased
  int cores = 1;                        ///< what `"processes": "auto"` means
  std::function<std::optional<std::string>(const std::string& name)> variable;
  std::function<bool(const std::string& path)> is_directory;

  /// That of this process and machine.
  static Environment OfThisProcess(std::string_view node_directory);

  /// An absolute, normalized path; relative ones start at the node directory.
  std::string Absolute(std::string_view path) const;
};

/// Cores that this process may use: by affinity and by the CPU quota of its cgroup, rounded up; at least 1.
int UsableCores();

/// Cores of a cgroup v2 `cpu.max` ("200000 100000" is 2); nullopt: no limit.
std::optional<int> CoresOfQuota(std::string_view cpu_max);

}  // namespace wampgate::config
