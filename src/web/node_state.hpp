#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/status.hpp"

namespace wampgate::web {

/// What `metrics` and `health` paths show of the whole node.
struct NodeState {
  bool ready = false;
  std::string not_ready_reason;
  /// Text format of Prometheus, the same for all who ask at a time; null unless it was asked for.
  std::shared_ptr<const std::string> metrics;
};

/// Who knows. Loop's thread only.
class NodeStateSource {
 public:
  enum class Wanted : std::uint8_t { kHealth, kMetrics };
  virtual ~NodeStateSource() = default;
  /// `done` is called once, from inside this call or later, or never when the source ends.
  virtual void Get(Wanted wanted, std::function<void(const StatusOr<NodeState>&)> done) = 0;
};

}  // namespace wampgate::web
