#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace wampgate {

class TimerWheel;

/// Place in a circular list of timers.
struct TimerLink {
  TimerLink* previous = nullptr;
  TimerLink* next = nullptr;
};

/// A deadline on a TimerWheel. Starting, moving and stopping cost a few pointer writes; firing is up to one
/// tick (50 ms) late, never early. Destroying it stops it. May be destroyed or restarted from its own
/// callback.
class Timer : private TimerLink {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer();

  /// (Re)starts: `callback` is called once, on the loop's thread, `delay` from now.
  void Start(TimerWheel& wheel, std::chrono::milliseconds delay, std::function<void()> callback);
  /// Moves the deadline and keeps the callback; the timer must have been started before.
  void Restart(std::chrono::milliseconds delay);
  void Stop();
  bool running() const { return previous != nullptr; }

 private:
  friend class TimerWheel;
  TimerWheel* wheel_ = nullptr;
  std::uint64_t tick_ = 0;
  std::function<void()> callback_;
  bool* replaced_ = nullptr;  // while firing: set when the timer is destroyed or gets another callback
};

/// All coarse deadlines of one thread: handshakes, HELLO, ping, close, idle. Outlives its running timers or
/// stops them when it is destroyed.
class TimerWheel {
 public:
  static constexpr std::chrono::milliseconds kTick{50};
  using Clock = std::chrono::steady_clock;

  explicit TimerWheel(Clock::time_point now = Clock::now());
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  /// Fires everything due at `now`. Whoever owns the thread calls it at NextTick() while `size()` is not 0.
  void Advance(Clock::time_point now);
  /// When the tick after the last one advanced to is over.
  Clock::time_point NextTick() const { return start_ + (tick_ + 1) * kTick; }
  /// The time as the wheel knows it: up to a tick old, older while no timer runs. Cheap enough for each
  /// message.
  std::uint64_t tick() const { return tick_; }
  Clock::time_point TimeOf(std::uint64_t tick) const { return start_ + tick * kTick; }
  /// Running timers.
  std::size_t size() const { return size_; }
  /// Called when the first timer is started on an empty wheel.
  void OnFirst(std::function<void()> callback) { on_first_ = std::move(callback); }

 private:
  friend class Timer;
  static constexpr std::size_t kSlots = 1024;
  void Insert(Timer& timer, std::chrono::milliseconds delay);
  void FireSlot(std::uint64_t tick);
  void Fire(Timer& timer);

  Clock::time_point start_;
  std::uint64_t tick_ = 0;  // the last one whose timers have fired
  std::size_t size_ = 0;
  std::unique_ptr<TimerLink[]> slots_;  // list heads
  std::function<void()> on_first_;
};

}  // namespace wampgate
