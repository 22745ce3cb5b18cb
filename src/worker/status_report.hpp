#pragma once

#include <functional>

#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "wamp/session_registry.hpp"
#include "wampgate/internal/control.pb.h"
#include "worker/counters.hpp"
#include "worker/revisions.hpp"
#include "worker/transport_set.hpp"

namespace wampgate::worker {

/// Tells the supervisor how the process is doing: every second, and when asked.
class StatusReport {
 public:
  struct Surroundings {
    net::Loop& loop;
    const wamp::SessionRegistry& sessions;
    const TransportSet& transports;
    const Revisions& revisions;
    CounterSources counters;
    std::function<void(const internal::Frame&)> send;
  };
  explicit StatusReport(Surroundings surroundings) : around_(std::move(surroundings)) {}

  /// Begins to report; the first report goes out within a second.
  void Start();
  void SendNow();

 private:
  internal::Frame Collect() const;

  Surroundings around_;
  Timer timer_;
};

}  // namespace wampgate::worker
