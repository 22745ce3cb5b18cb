#pragma once

#include <functional>

namespace wampgate::http {

/// Where services run what blocks (files); posts results back to the loop. Implemented by the worker's helper
/// thread.
class Offload {
 public:
  virtual ~Offload() = default;
  /// Runs `work` on the helper thread, then `done` on the loop. False if its queue is full (answer 503).
  virtual bool Run(std::function<void()> work, std::function<void()> done) = 0;
};

}  // namespace wampgate::http
