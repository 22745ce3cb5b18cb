#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>

#include "base/timer_wheel.hpp"
#include "net/loop.hpp"

namespace wampgate::worker {

/// Work over very many sessions, done in slices between the turns of the data path. Loop's thread only.
class SlicedWork {
 public:
  explicit SlicedWork(net::Loop& loop);
  ~SlicedWork();
  SlicedWork(const SlicedWork&) = delete;
  SlicedWork& operator=(const SlicedWork&) = delete;

  enum class Next : unsigned char {
    kMore,   ///< go on soon
    kLater,  ///< go on when a tick of the timer wheel is over
    kDone,
  };
  /// Calls `step` in turns of their own until it returns kDone.
  void Start(std::function<Next()> step);

 private:
  class Job;
  net::Loop& loop_;
  std::list<std::unique_ptr<Job>> jobs_;
};

}  // namespace wampgate::worker
