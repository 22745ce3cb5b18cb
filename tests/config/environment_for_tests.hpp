#pragma once

#include <map>
#include <string>

#include "config/environment.hpp"

namespace wampgate::config {

/// A machine with two cores, the host "Gate-1", the node directory /node, where every directory exists, and
/// the given variables.
inline Environment TestEnvironment(std::map<std::string, std::string> variables = {}) {
  Environment environment;
  environment.node_directory = "/node";
  environment.hostname = "Gate-1";
  environment.cores = 2;
  environment.variable = [variables =
                              std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
  };
  environment.is_directory = [](const std::string&) { return true; };
  return environment;
}

}  // namespace wampgate::config
