#pragma once

#include <string>
#include <vector>

#include "support/node_process.hpp"

namespace wampgate::test {

/// What a run of wampgatectl gave.
struct CtlResult {
  int exit_code = -1;
  std::string out;
  std::string err;
};

/// Runs the real wampgatectl against a node, to its end, with `input` on its standard input.
CtlResult Ctl(const NodeProcess& node, const std::vector<std::string>& arguments,
              const std::string& input = "");

/// Writes `text` to a file in the node directory and returns its path.
std::string WriteFile(const NodeProcess& node, const std::string& name, const std::string& text);

}  // namespace wampgate::test
