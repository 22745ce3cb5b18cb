#include "support/ctl.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace wampgate::test {
namespace {

std::string Quoted(const std::string& argument) {
  std::string quoted = "'";
  for (const char c : argument) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string Content(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

CtlResult Ctl(const NodeProcess& node, const std::vector<std::string>& arguments, const std::string& input) {
  static int runs = 0;
  const std::string base =
      node.directory() + "/ctl-" + std::to_string(getpid()) + "-" + std::to_string(++runs);
  std::string command = Quoted(WAMPGATECTL) + " --node-dir " + Quoted(node.directory());
  for (const auto& argument : arguments) command += " " + Quoted(argument);
  std::ofstream(base + ".in") << input;
  command += " <" + Quoted(base + ".in") + " >" + Quoted(base + ".out") + " 2>" + Quoted(base + ".err");
  const int status = std::system(command.c_str());
  return {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
          .out = Content(base + ".out"),
          .err = Content(base + ".err")};
}

std::string WriteFile(const NodeProcess& node, const std::string& name, const std::string& text) {
  const std::string path = node.directory() + "/" + name;
  std::ofstream(path) << text;
  return path;
}

}  // namespace wampgate::test
