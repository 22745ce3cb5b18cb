#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "address.hpp"
#include "commands/commands.hpp"

namespace wampgate::ctl {

/// Everything that wampgatectl understands.
class CommandLine {
 public:
  CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  const CLI::App& app() const { return app_; }
  /// Does what the words (without the program's name) say. Once. The exit code.
  int Run(const std::vector<std::string>& words);

 private:
  Invocation invocation_;
  AddressOptions address_;
  CLI::App app_;
};

}  // namespace wampgate::ctl
