#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "client.hpp"

namespace wampgate::ctl {

/// What the command line says of where the node is and who calls.
struct AddressOptions {
  std::string address;         ///< "unix:PATH" or "HOST:PORT"
  std::string socket;          ///< a path
  std::string node_directory;  ///< holds wampgate.sock
  std::string certificate, key, ca, token_file;
};

void AddAddressOptions(CLI::App& app, AddressOptions& options);

/// Fills in where the node is: what the command line says, else $WAMPGATE_ADDRESS, else ./wampgate.sock, else
/// /run/wampgate/wampgate.sock; and reads the files. Returns what is wrong, in words.
std::optional<std::string> FindNode(const AddressOptions& options, Target& target);

}  // namespace wampgate::ctl
