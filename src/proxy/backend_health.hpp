#pragma once

#include <chrono>

namespace wampgate::proxy {

/// Passive health: what the joins of clients say about a backend. A failure marks it down and a route prefers
/// others until the retry time, which doubles from 0.1 s to 5 s; then one join tries it again. Pure; no
/// clock.
class BackendHealth {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kFirstRetry{100};
  static constexpr std::chrono::milliseconds kLastRetry{5000};

  bool is_down() const { return delay_.count() != 0; }
  /// Whether a join should go here although others are available: it is up, or its retry time has come. In
  /// the second case the retry time moves on, so that one join tries and not a crowd.
  bool TakeTurn(Clock::time_point now);
  /// Whether TakeTurn would say yes.
  bool IsDue(Clock::time_point now) const { return !is_down() || now >= retry_at_; }
  /// The backend answered.
  void Succeeded() { delay_ = std::chrono::milliseconds(0); }
  /// It could not be reached, or went away without a word.
  void Failed(Clock::time_point now);
  Clock::time_point retry_at() const { return retry_at_; }

 private:
  std::chrono::milliseconds delay_{0};
  Clock::time_point retry_at_{};
};

}  // namespace wampgate::proxy
