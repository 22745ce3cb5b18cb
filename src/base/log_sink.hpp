#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace wampgate::log {

/// Carries lines to a descriptor on a thread of its own. Any number of threads may write; none ever waits for
/// the descriptor. At most kQueue octets wait; what does not fit is dropped, counted, and reported once there
/// is room.
class Sink {
 public:
  static constexpr std::size_t kQueue = 1024 * 1024;

  /// Appends the line that says how many lines were lost.
  using DescribeLoss = std::function<void(std::string& out, std::uint64_t lost)>;

  /// `fd` is not owned.
  Sink(int fd, DescribeLoss describe_loss) : fd_(fd), describe_loss_(std::move(describe_loss)) {}
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  /// Takes whole lines. Before Run and after Stop they are written directly, with at most 100 ms of waiting.
  void Write(std::string_view line);
  /// The thread's work; returns after Stop.
  void Run();
  /// Lets Run write what is queued, for at most one second, and waits until it has.
  void Stop();
  /// Whether lines are queued rather than written directly.
  bool running();
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  enum class State { kDirect, kRunning, kStopping };
  void WriteOut(std::string_view lines, std::int64_t own_limit = 0);

  const int fd_;
  const DescribeLoss describe_loss_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string queue_;
  State state_ = State::kDirect;
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::int64_t> give_up_at_{0};  // steady clock, ns; 0 = never
};

}  // namespace wampgate::log
