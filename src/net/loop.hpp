#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "base/meter.hpp"
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

/// Something that goes on in a turn of its own, soon: before the loop waits again.
class Resumable {
 public:
  virtual void Resume() = 0;

 protected:
  ~Resumable() = default;

 private:
  friend class Loop;
  bool queued_ = false;
};

/// Base of objects that die at the end of the turn instead of inside a call of their own.
class Mortal {
 public:
  virtual ~Mortal() = default;
};

/// The event loop of one thread: an io_context (timers, signals, whatever else is Asio's), a Poller with
/// every socket of ours, the timer wheel, and the lists of what happens at the end of a turn. A turn is the
/// handling of one event: a ready socket, a fired timer, a Post. All members but Post() and Stop() belong to
/// the thread.
class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until Stop(), also one called before.
  void Run();
  /// May be called from any thread.
  void Stop();
  /// Runs `work` on the loop's thread, as a turn; may be called from any thread.
  void Post(std::function<void()> work);

  /// For Asio objects of the loop's thread. Completions that come from elsewhere than this loop (another
  /// thread, a stored executor used inside a handler of the Poller) may be up to 1 ms late; Post() is not.
  boost::asio::io_context& context();
  Poller& poller() { return *poller_; }
  TimerWheel& timers() { return timers_; }
  /// The sums of the thread's streams.
  Meter& meter(PeerKind kind) { return meters_[static_cast<std::size_t>(kind)]; }

  /// `output.Flush()` is called once, before the loop waits again; the object must live until then or call
  /// Forget from its destructor.
  void FlushLater(Flushable& output) {
    if (!output.queued_) QueueFlush(output);
  }
  void Forget(Flushable& output);
  /// `object.Resume()` is called once, in a turn after this one; the object must live until then or call
  /// Forget.
  void ResumeLater(Resumable& object);
  void Forget(Resumable& object);
  /// Destroys `object` at the end of the turn, when no call of it is on the stack.
  void DeleteLater(std::unique_ptr<Mortal> object);

  /// Runs `work` as a turn: what it queues is flushed and deleted when it returns. Handlers of Asio
  /// completions may use it; without it the end of their turn comes through a posted handler.
  template <typename Work>
  void Turn(Work&& work) {
    if (in_turn_) return work();
    in_turn_ = true;
    work();
    in_turn_ = false;
    EndTurn();
  }
  /// Flushes and deletes what is queued. Does nothing inside a turn.
  void EndTurn();

  /// Where every socket of the thread is read into: contents are valid until the next read of any of them.
  static constexpr std::size_t kReadBuffer = 128 * 1024;
  static constexpr std::size_t kReadHeadroom =
      16 * 1024;  ///< in front of it, for what was left of the read before
  static constexpr std::size_t kReadSlack =
      18 * 1024;  ///< behind it, for what TLS held back of the read before
  char* read_buffer() { return read_buffer_.get(); }
  /// kReadBuffer octets for what is read before it is decrypted, and for what is encrypted before it is sent.
  char* sealed_buffer();

  /// Whether a TLS handshake may go on in this batch of events; counts it. Handshakes are dear (some 0.2 ms
  /// of CPU each), and the established connections must not wait for all of a crowd's: who is told no leaves
  /// the octets in the socket, which is ready again in the next batch.
  bool MayHandshake() { return handshakes_++ < kHandshakesPerBatch; }

 private:
  friend class Poller;
  boost::asio::io_context* io();  // like context(), for the Poller's own handlers
  void QueueFlush(Flushable& output);
  void ArrangeEndTurn();
  void RunResumed();
  void ArmTick();
  bool FlushQueued();
  bool DeleteQueued();

  static constexpr int kHandshakesPerBatch = 4;

  struct State;
  TimerWheel timers_;
  int handshakes_ = 0;
  std::array<Meter, kPeerKinds> meters_{};
  bool in_turn_ = false;
  bool end_posted_ = false;
  bool resume_posted_ = false;
  bool asio_has_work_ = false;  // something was given to the io_context since the Poller last returned to it
  std::vector<Flushable*> dirty_;
  std::vector<Resumable*> resumed_;
  std::vector<std::unique_ptr<Mortal>> dead_;
  std::unique_ptr<char[]> read_buffer_;
  std::unique_ptr<char[]> sealed_buffer_;  // once there is TLS
  std::unique_ptr<State> state_;
  std::unique_ptr<Poller> poller_;
};

}  // namespace wampgate::net
