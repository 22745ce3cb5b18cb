#include "config/environment.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

namespace wampgate::config {

Environment Environment::OfThisProcess(std::string_view node_directory) {
  Environment environment;
  std::error_code error;
  environment.node_directory = std::filesystem::absolute(node_directory, error).string();
  environment.node_directory = environment.Absolute("");
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) == 0) environment.hostname = name.data();
  environment.cores = UsableCores();
  environment.variable = [](const std::string& variable) -> std::optional<std::string> {
    const char* value = std::getenv(variable.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  environment.is_directory = [](const std::string& path) {
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored);
  };
  return environment;
}

std::string Environment::Absolute(std::string_view path) const {
  std::string absolute = (std::filesystem::path(node_directory) / path).lexically_normal().string();
  if (absolute.size() > 1 && absolute.ends_with('/')) absolute.pop_back();
  return absolute;
}

}  // namespace wampgate::config
