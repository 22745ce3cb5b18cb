#include "support/proc.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace wampgate::test {
namespace {

/// Empty if there is no such file, or it vanishes while it is read, as files of ended processes do.
std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

std::optional<ProcessFacts> ReadProcess(pid_t pid) {
  const std::string text = ReadAll("/proc/" + std::to_string(pid) + "/stat");
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream rest(text.substr(name_end + 1));
  std::vector<std::string> fields{std::istream_iterator<std::string>(rest),
                                  {}};  // proc(5), from the third on
  if (fields.size() < 20) return std::nullopt;
  ProcessFacts facts;
  facts.pid = pid;
  facts.state = fields[0][0];
  facts.parent = static_cast<pid_t>(std::stol(fields[1]));
  facts.cpu = std::chrono::milliseconds((std::stol(fields[11]) + std::stol(fields[12])) * 1000 /
                                        sysconf(_SC_CLK_TCK));
  facts.started = fields[19];
  return facts;
}

std::vector<ProcessFacts> ChildrenOf(pid_t pid) {
  std::vector<ProcessFacts> children;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto facts = ReadProcess(static_cast<pid_t>(std::stol(name)));
    if (facts && facts->parent == pid && facts->state != 'Z') children.push_back(*facts);
  }
  return children;
}

std::size_t OpenDescriptors(pid_t pid) {
  std::error_code error;
  std::filesystem::directory_iterator entries("/proc/" + std::to_string(pid) + "/fd", error);
  return error ? 0 : static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

std::vector<std::string> CommandLine(pid_t pid) {
  std::vector<std::string> arguments;
  std::istringstream text(ReadAll("/proc/" + std::to_string(pid) + "/cmdline"));
  for (std::string argument; std::getline(text, argument, '\0');) arguments.push_back(argument);
  return arguments;
}

}  // namespace wampgate::test
