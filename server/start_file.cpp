#include "start_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>

namespace wampgate::server {

namespace fs = std::filesystem;

StatusOr<StartFile> FindStartFile(const std::string& config, const std::string& node_directory) {
  StartFile start;
  start.node_directory = node_directory;
  std::error_code error;
  if (!config.empty()) {
    if (!fs::is_regular_file(config, error)) {
      return error ? ErrnoStatus(error.value(), fmt::format("--config {}", config))
                   : InvalidArgument(fmt::format("--config {}: is not a file", config));
    }
    start.path = fs::absolute(config, error).lexically_normal().string();
    if (node_directory.empty()) start.node_directory = fs::path(*start.path).parent_path().string();
    return start;
  }
  if (node_directory.empty()) start.node_directory = ".";
  for (const char* name : {"config.yaml", "config.json"}) {
    const fs::path path = fs::path(start.node_directory) / name;
    if (!fs::exists(path, error)) continue;
    start.path = fs::absolute(path, error).lexically_normal().string();
    break;
  }
  return start;
}

config::Loaded LoadStartFile(const std::string& path, const std::string& node_directory) {
  return config::LoadFile(path, config::Environment::OfThisProcess(node_directory));
}

}  // namespace wampgate::server
