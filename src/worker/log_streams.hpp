#pragma once

#include <functional>
#include <map>
#include <memory>

#include "base/log.hpp"
#include "net/loop.hpp"
#include "worker/queries.hpp"

namespace wampgate::worker {

/// Sends the lines of this process's log to those who asked the supervisor for them. Lines wait in a bounded
/// queue until the loop's next turn; what does not fit is counted in the next line. Loop's thread only.
class LogStreams {
 public:
  explicit LogStreams(net::Loop& loop);
  ~LogStreams();
  LogStreams(const LogStreams&) = delete;
  LogStreams& operator=(const LogStreams&) = delete;

  /// Outlives `queries`.
  void Serve(Queries& queries);

 private:
  struct Queue;
  std::function<void()> Begin(log::Level level, ItemStream& stream);
  void SetTap();
  void SendQueued();

  net::Loop& loop_;
  std::map<ItemStream*, log::Level> streams_;
  std::shared_ptr<Queue> queue_;
};

}  // namespace wampgate::worker
