#include "input_file.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "terminal.hpp"

namespace wampgate::ctl {

bool ReadAll(const std::string& file, std::string& text) {
  std::stringstream all;
  if (file == "-") {
    all << std::cin.rdbuf();
  } else {
    std::error_code ignored;
    const bool is_directory = std::filesystem::is_directory(file, ignored);
    std::ifstream stream(file);
    if (is_directory || !stream) {
      PrintError("cannot read " + file + ": " + std::strerror(is_directory ? EISDIR : errno));
      return false;
    }
    all << stream.rdbuf();
  }
  text = std::move(all).str();
  return true;
}

bool IsYaml(const std::string& file, const std::string& text) {
  if (file != "-") return file.ends_with(".yaml") || file.ends_with(".yml");
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && std::string_view("{[\"/").find(text[first]) == std::string_view::npos;
}

}  // namespace wampgate::ctl
