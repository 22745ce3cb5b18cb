#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/wamp_client.hpp"

namespace wampgate::test {

inline constexpr std::string_view kGetValue =
    "GET /value HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// One new connection every 5 ms (200 a second) or as often as is said, each with a request, and how long
/// each took to be served. What a slow one delays is made up for at once, so that there are as many in any
/// case.
///
/// A connection that a process had already accepted when it was killed cannot be saved by anybody: it is
/// reset. Such a reset right at a kill is counted apart; a connection that waits in vain never is.
class Arrivals {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kInterval{5};

  explicit Arrivals(int port, std::chrono::milliseconds interval = kInterval)
      : port_(port), interval_(interval), thread_([this] { Run(); }) {}
  ~Arrivals() { Stop(); }
  void Stop() {
    stop_ = true;
    if (!thread_.joinable()) return;
    thread_.join();
    lasted_ = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started_);
  }
  /// A process is killed now.
  void NoteKill() {
    const std::lock_guard lock(mutex_);
    kills_.push_back(Clock::now());
  }

  // After Stop.
  std::chrono::milliseconds lasted() const { return lasted_; }
  std::chrono::milliseconds longest() const { return longest_; }
  int served() const { return served_; }
  int failed() const { return failed_; }
  int died_with_the_victim() const { return died_with_the_victim_; }

 private:
  void Run() {
    for (auto next = started_; !stop_; std::this_thread::sleep_until(next)) {
      One();
      next += interval_;
    }
  }
  void One() {
    const auto begun = Clock::now();
    BlockingSocket socket(ConnectTo({port_}));
    socket.Write(kGetValue);
    const bool answered = socket.TakeThrough("\r\n\r\n", std::chrono::seconds(5)).starts_with("HTTP/1.1 200");
    const auto ended = Clock::now();
    if (!answered && socket.ended() && KilledBetween(begun, ended)) {
      ++died_with_the_victim_;
      return;
    }
    ++(answered ? served_ : failed_);
    longest_ = std::max(longest_, std::chrono::duration_cast<std::chrono::milliseconds>(ended - begun));
  }
  bool KilledBetween(Clock::time_point begun, Clock::time_point ended) {
    constexpr std::chrono::milliseconds kAtOnce{50};
    const std::lock_guard lock(mutex_);
    return std::any_of(kills_.begin(), kills_.end(), [&](Clock::time_point kill) {
      return begun <= kill && kill <= ended && ended - kill <= kAtOnce;
    });
  }

  int port_;
  std::chrono::milliseconds interval_;
  Clock::time_point started_ = Clock::now();
  std::chrono::milliseconds longest_{0}, lasted_{0};
  int served_ = 0, failed_ = 0, died_with_the_victim_ = 0;
  std::mutex mutex_;
  std::vector<Clock::time_point> kills_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace wampgate::test
