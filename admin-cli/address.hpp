#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "client.hpp"
#include "contexts.hpp"

namespace wampgate::ctl {

/// What the command line says of where the node is and who calls.
struct AddressOptions {
  std::string address;         ///< "unix:PATH" or "HOST:PORT"
  std::string socket;          ///< a path
  std::string node_directory;  ///< holds wampgate.sock
  std::string context;         ///< the name of one
  std::string certificate, key, ca, token_file;
};

void AddAddressOptions(CLI::App& app, AddressOptions& options);

/// Fills in where the node is, and reads the files: what the command line says (--address, --socket,
/// --node-dir,
/// --context), else $WAMPGATE_ADDRESS, else the context in use, else ./wampgate.sock, else
/// /run/wampgate/wampgate.sock. A context's certificate, key, CA and token go only with its own address.
/// Returns what is wrong, in words.
std::optional<std::string> FindNode(AddressOptions options, Target& target);

/// What the options say, as a context: address and paths absolute. Only what is said is not empty.
Context ContextOf(const AddressOptions& options);

/// Whether it is "unix:PATH" or "HOST:PORT".
bool IsAddress(const std::string& address);

}  // namespace wampgate::ctl
