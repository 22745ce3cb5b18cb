#pragma once

#include <memory>

#include "base/latency_histogram.hpp"
#include "net/loop.hpp"

namespace wampgate::worker {

/// Samples how late the loop is: a timer of its own, five times a second. Up to 1 ms of it is how the loop
/// works.
class LoopLag {
 public:
  explicit LoopLag(net::Loop& loop);
  ~LoopLag();

  const LatencyHistogram& samples() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace wampgate::worker
