#pragma once

#include <functional>
#include <memory>

#include "base/timer_wheel.hpp"

namespace boost::asio {
class io_context;
}

namespace wampgate::net {

class Poller;

/// Something whose output is written at the end of the turn (after the event that produced it was handled).
class Flushable {
 public:
  virtual void Flush() = 0;

 protected:
  ~Flushable() = default;

 private:
  friend class Loop;
  bool queued_ = false;
};

/// Base of objects that die at the end of the turn instead of inside a call of their own.
class Mortal {
 public:
  virtual ~Mortal() = default;
};

/// The event loop of one thread: an io_context (accepting, connecting, timers, signals), a Poller with every
/// connected socket, the timer wheel, and the two end-of-turn lists. All members but Post() belong to the thread.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until Stop().
  void Run();
  /// May be called from any thread.
  void Stop();
  /// Runs `work` on the loop's thread; may be called from any thread.
  void Post(std::function<void()> work);

  boost::asio::io_context& context();
  Poller& poller();
  TimerWheel& timers() { return timers_; }

  /// `output.Flush()` is called once, before the loop waits again; the object must live until then or call
  /// Forget from its destructor.
  void FlushLater(Flushable& output);
  void Forget(Flushable& output);
  /// Destroys `object` at the end of the turn, when no call of it is on the stack.
  void DeleteLater(std::unique_ptr<Mortal> object);
  /// Flushes and deletes what is queued. The Poller calls it after each ready socket; timers and completions of
  /// Asio get it through a posted handler.
  void EndTurn();

 private:
  struct State;
  TimerWheel timers_;
  std::unique_ptr<State> state_;
};

}  // namespace wampgate::net
