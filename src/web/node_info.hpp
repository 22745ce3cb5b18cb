#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/status.hpp"

namespace wampgate::web {

/// What `nodeinfo` shows of the node.
struct NodeInfo {
  std::string node_id;
  std::optional<std::string> version;  ///< shown only if given
  std::chrono::system_clock::time_point started;
  int workers_running = 0;
  pid_t controller_pid = 0;  ///< of the supervisor; 0: not shown
  std::string public_key;    ///< of the node, hexadecimal; empty: not shown
};

/// Where `nodeinfo` gets its data. Loop's thread only.
class NodeInfoSource {
 public:
  virtual ~NodeInfoSource() = default;
  /// Calls `done` at most once, now or later, also when the asker has gone.
  virtual void Get(std::function<void(StatusOr<NodeInfo>)> done) = 0;
};

}  // namespace wampgate::web
