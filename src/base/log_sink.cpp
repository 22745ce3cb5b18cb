#include "base/log_sink.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace wampgate::log {
namespace {

using Clock = std::chrono::steady_clock;
// A pipe that poll() calls writable takes this much without blocking.
constexpr std::size_t kPipeAtomic = 4096;

std::int64_t Nanoseconds(Clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

}  // namespace

void Sink::Write(std::string_view line) {
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::kDirect) {
      if (queue_.size() + line.size() > kQueue) {
        dropped_.fetch_add(1, std::memory_order_relaxed);
      } else {
        queue_ += line;
        if (queue_.size() == line.size()) changed_.notify_all();
      }
      return;
    }
  }
  WriteOut(line, Nanoseconds(Clock::now() + std::chrono::milliseconds(100)));
}

void Sink::Run() {
  std::string batch;
  std::uint64_t reported = 0;
  std::unique_lock lock(mutex_);
  state_ = State::kRunning;
  give_up_at_.store(0);
  changed_.notify_all();
  for (;;) {
    changed_.wait(lock, [this] { return !queue_.empty() || state_ == State::kStopping; });
    if (queue_.empty()) break;
    batch.swap(queue_);
    lock.unlock();
    WriteOut(batch);
    batch.clear();
    if (const std::uint64_t lost = dropped() - reported; lost > 0) {
      reported += lost;
      describe_loss_(batch, lost);
      WriteOut(batch);
      batch.clear();
    }
    lock.lock();
  }
  state_ = State::kDirect;
  changed_.notify_all();
}

bool Sink::running() {
  const std::lock_guard lock(mutex_);
  return state_ == State::kRunning;
}

void Sink::Stop() {
  std::unique_lock lock(mutex_);
  if (state_ != State::kRunning) return;
  state_ = State::kStopping;
  give_up_at_.store(Nanoseconds(Clock::now() + std::chrono::seconds(1)));
  changed_.notify_all();
  changed_.wait_for(lock, std::chrono::seconds(2), [this] { return state_ == State::kDirect; });
  state_ = State::kDirect;
}

// Until `own_limit`; 0: until what Stop says, perhaps while it is written.
void Sink::WriteOut(std::string_view lines, std::int64_t own_limit) {
  while (!lines.empty()) {
    pollfd ready{fd_, POLLOUT, 0};
    const int answer = ::poll(&ready, 1, 50);
    if (answer <= 0) {
      const std::int64_t limit = own_limit != 0 ? own_limit : give_up_at_.load();
      if (limit == 0 || Nanoseconds(Clock::now()) < limit) continue;
    }
    const ssize_t written = answer > 0 ? ::write(fd_, lines.data(), std::min(lines.size(), kPipeAtomic)) : -1;
    if (written >= 0) {
      lines.remove_prefix(static_cast<std::size_t>(written));
    } else if (answer <= 0 || (errno != EINTR && errno != EAGAIN)) {
      dropped_.fetch_add(static_cast<std::uint64_t>(std::ranges::count(lines, '\n')));
      return;
    }
  }
}

}  // namespace wampgate::log
