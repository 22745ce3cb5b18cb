#pragma once

#include <chrono>
#include <functional>

#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "wamp/session_registry.hpp"
#include "web/echo_service.hpp"
#include "worker/transport_set.hpp"

namespace wampgate::worker {

/// The orderly end of the process: nothing new is accepted, every session is told, and when all are gone or
/// the grace period is over, `on_done` is called once.
class Stopping {
 public:
  Stopping(net::Loop& loop, TransportSet& transports, wamp::SessionRegistry& sessions,
           web::EchoConnections& echoes, std::function<void()> on_done);

  /// A second call ends at once.
  void Begin(std::chrono::milliseconds grace);
  bool begun() const { return begun_; }

 private:
  static constexpr std::chrono::milliseconds kInterval{50};
  void Look();
  void EndSessions();
  std::size_t connections() const;
  void Finish();

  net::Loop& loop_;
  TransportSet& transports_;
  wamp::SessionRegistry& sessions_;
  web::EchoConnections& echoes_;
  std::function<void()> on_done_;
  bool begun_ = false;
  std::chrono::steady_clock::time_point deadline_;
  Timer timer_;
};

}  // namespace wampgate::worker
