#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace wampgate {

class TimerWheel;

/// A deadline on a TimerWheel. Starting, moving and stopping cost a few pointer writes; firing is up to one tick
/// (50 ms) late, never early. Destroying it stops it. May be destroyed or restarted from its own callback.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { Stop(); }

  /// (Re)starts: `callback` is called once, on the loop's thread, `delay` from now.
  void Start(TimerWheel& wheel, std::chrono::milliseconds delay, std::function<void()> callback);
  /// Moves the deadline and keeps the callback; the timer must have been started before.
  void Restart(std::chrono::milliseconds delay);
  void Stop();
  bool running() const { return previous_ != nullptr; }

 private:
  friend class TimerWheel;
  void Unlink();
  TimerWheel* wheel_ = nullptr;
  Timer* previous_ = nullptr;
  Timer* next_ = nullptr;
  std::uint64_t tick_ = 0;
  std::function<void()> callback_;
};

/// All coarse deadlines of one thread: handshakes, HELLO, ping, close, idle.
class TimerWheel {
 public:
  static constexpr std::chrono::milliseconds kTick{50};
  using Clock = std::chrono::steady_clock;

  explicit TimerWheel(Clock::time_point now = Clock::now());
  ~TimerWheel();

  /// Fires everything due at `now`. Whoever owns the thread calls it about every kTick while `size()` is not 0.
  void Advance(Clock::time_point now);
  /// Running timers.
  std::size_t size() const { return size_; }
  /// Called when the first timer is started on an empty wheel.
  void OnFirst(std::function<void()> callback) { on_first_ = std::move(callback); }

 private:
  friend class Timer;
  static constexpr std::size_t kSlots = 1024;
  void Insert(Timer& timer, std::chrono::milliseconds delay);
  Clock::time_point start_;
  std::uint64_t tick_ = 0;
  std::size_t size_ = 0;
  std::unique_ptr<Timer[]> slots_;  // list heads
  std::function<void()> on_first_;
};

}  // namespace wampgate
