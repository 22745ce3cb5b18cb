#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/timer_wheel.hpp"

namespace wampgate::net {

/// What a KeepAlive asks of its connection.
class KeepAliveHandler {
 public:
  /// Sends a ping that the peer has to echo. False: not possible now, to be tried an interval later.
  virtual bool SendPing(std::string_view payload) = 0;
  static constexpr std::uint64_t kEverythingSent = 0;
  /// Grows while output leaves that is in front of the ping or behind it: a peer that still takes a backlog
  /// is slow, not gone, and gets more time for its echo. kEverythingSent: there is no backlog.
  virtual std::uint64_t Progress() const = 0;
  /// The peer is gone. The last call.
  virtual void OnPeerSilent() = 0;

 protected:
  ~KeepAliveHandler() = default;
};

/// Automatic pings of one connection (spec 2.2.17): one `interval` after the start and after each echo.
/// Stands still until Resume is called.
class KeepAlive {
 public:
  struct Options {
    std::chrono::milliseconds interval{0};
    std::chrono::milliseconds timeout{0};  ///< for the echo; 0: wait for it for ever
    std::size_t payload_size = 12;         ///< 12…125
  };

  /// `timers` and `handler` outlive it.
  KeepAlive(TimerWheel& timers, const Options& options, KeepAliveHandler& handler);

  /// A pong has come. Only the echo of the pending ping counts.
  void OnPong(std::string_view payload);
  /// Data has come, which is as good as an echo where a deadline for one runs.
  void OnTraffic();

  /// While the peer is not read its silence means nothing: deadlines stop, and start anew with Resume.
  void Pause();
  void Resume();

 private:
  void Fire();
  void Ping();

  Timer timer_;
  TimerWheel& timers_;
  KeepAliveHandler& handler_;
  Options options_;
  std::uint64_t progress_ = 0;  // when the present deadline for an echo was set
  std::uint32_t sequence_ = 0;
  bool paused_ = true;
  std::string pending_;  // payload of the ping whose echo is waited for; empty: none
};

}  // namespace wampgate::net
