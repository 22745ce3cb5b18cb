#pragma once

#include <map>
#include <string>

#include "base/status.hpp"

/// Names for nodes, in a file of the user: where a node is and how one shows who one is.
namespace wampgate::ctl {

/// Paths are absolute; what is not said is empty.
struct Context {
  std::string address;  ///< "unix:PATH" or "HOST:PORT"
  std::string certificate, key, ca, token_file;
};

struct Contexts {
  std::string current;  ///< the one in use; empty: none
  std::map<std::string, Context> all;
};

/// $XDG_CONFIG_HOME/wampgate/contexts.yaml, else ~/.config/wampgate/contexts.yaml; empty if neither variable
/// is set.
std::string ContextsPath();

/// A file that is not there has no contexts. FAILED_PRECONDITION, with the line, for one that says something
/// else than contexts, or that others may write to: they could send one's token to a node of theirs.
StatusOr<Contexts> ReadContexts(const std::string& path);

/// Replaces the file at once or leaves it as it is; it and new folders are for their owner only (0600, 0700).
Status WriteContexts(const std::string& path, const Contexts& contexts);

/// Of letters, digits, '.', '_' and '-', at most 100.
bool IsContextName(const std::string& name);

}  // namespace wampgate::ctl
