#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "http/server.hpp"
#include "net/loop.hpp"

namespace wampgate::worker {

/// The one thread beside the loop: takes what blocks or is long (files, hashes, building and freeing
/// settings) in order and posts the results back. It touches no session.
///
/// Made, used and destroyed on the loop's thread.
class HelperThread final : public http::Offload {
 public:
  static constexpr std::size_t kMaxQueued = 1024;

  explicit HelperThread(net::Loop& loop, std::size_t max_queued = kMaxQueued);
  ~HelperThread() override;
  HelperThread(const HelperThread&) = delete;
  HelperThread& operator=(const HelperThread&) = delete;

  /// Both functions are destroyed on the loop's thread, so they may hold objects of the loop.
  bool Run(std::function<void()> work, std::function<void()> done) override;
  /// As Run, for the process's own work: it is never refused.
  void RunAlways(std::function<void()> work, std::function<void()> done);
  /// Drops a reference on the helper thread: large immutable settings take long to free.
  void Release(std::shared_ptr<const void> object);

  /// Waits for the job at hand and drops the others: their `done` is not called. Later jobs are refused or
  /// dropped. Whoever owns what jobs work on calls it before that dies. Idempotent.
  void Stop();

 private:
  struct Job {
    std::function<void()> work;
    std::function<void()> done;  // empty: nothing is posted back
  };
  void Enqueue(Job job);
  void Work();

  net::Loop& loop_;
  const std::size_t max_queued_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace wampgate::worker
