#pragma once

#include <optional>
#include <string>

#include "base/status.hpp"
#include "config/load.hpp"

namespace wampgate::server {

/// Where a node starts from.
struct StartFile {
  std::string node_directory;       ///< as given; Supervisor::Open checks it
  std::optional<std::string> path;  ///< absent: the node directory has no node file
};

/// Applies the defaults of `wampgated run`. A --config file that does not exist is an error.
StatusOr<StartFile> FindStartFile(const std::string& config, const std::string& node_directory);

/// Reads the file as the supervisor does. Problems name keys.
config::Loaded LoadStartFile(const std::string& path, const std::string& node_directory);

}  // namespace wampgate::server
