#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>

#include "base/status.hpp"
#include "net/loop.hpp"

namespace wampgate::supervisor {

/// Changes of the node, one at a time, in their order; a bounded number waits. Loop's thread only.
class JobQueue {
 public:
  static constexpr std::size_t kMaxWaiting = 32;

  explicit JobQueue(net::Loop& loop) : loop_(loop) {}

  struct Job {
    std::function<void()> start;                 ///< Finished must be called once it is done
    std::function<void(const Status&)> refused;  ///< instead: RESOURCE_EXHAUSTED or UNAVAILABLE
  };
  void Add(Job job);
  /// The present job is done; the next one starts in a turn of its own.
  void Finished();
  /// Refuses what waits and what comes with `why`.
  void Close(const Status& why);

 private:
  void StartNext();
  net::Loop& loop_;
  std::deque<Job> waiting_;
  bool busy_ = false;
  std::optional<Status> closed_;
};

}  // namespace wampgate::supervisor
