#include "check.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <filesystem>

#include "config/summary.hpp"

namespace wampgate::server {

int CheckFile(const CheckOptions& options) {
  std::error_code error;
  const std::filesystem::path file = std::filesystem::absolute(options.file, error);
  const std::string directory =
      options.node_directory.empty() ? file.parent_path().string() : options.node_directory;
  const config::Checked checked =
      config::CheckFile(file.string(), config::Environment::OfThisProcess(directory));
  fmt::print(checked.exit_code == 0 ? stdout : stderr, "{}", checked.text);
  return checked.exit_code;
}

}  // namespace wampgate::server
