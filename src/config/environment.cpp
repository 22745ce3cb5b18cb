#include "config/environment.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace wampgate::config {

namespace {

/// The node's key is Crossbar's: read where it is, never made or changed.
std::optional<std::string> ReadKeyFile(const std::string& path) {
  constexpr std::size_t kMost = 64 * 1024;
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(kMost, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace

Environment Environment::OfThisProcess(std::string_view node_directory) {
  Environment environment;
  std::error_code error;
  environment.node_directory = std::filesystem::absolute(node_directory, error).string();
  environment.node_directory = environment.Absolute("");
  environment.key_file = ReadKeyFile(environment.Absolute("key.pub"));
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
