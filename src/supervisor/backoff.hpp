#pragma once

#include <chrono>
#include <functional>

namespace wampgate::supervisor {

/// How long to wait before a process that ended is started again: 0.1 s, doubling to 30 s, a quarter more or
/// less by chance so that the processes of a node do not come back in step; from the beginning once a process
/// was healthy for 60 s.
class Backoff {
 public:
  static constexpr std::chrono::milliseconds kFirst{100};
  static constexpr std::chrono::milliseconds kLongest{30000};
  static constexpr std::chrono::milliseconds kHealthy{60000};

  /// Uniform over [0, 1).
  using Random = std::function<double()>;
  Backoff();
  explicit Backoff(Random random) : random_(std::move(random)) {}

  /// The delay before the next start of a process that was healthy for `healthy` (0: never became so).
  std::chrono::milliseconds Next(std::chrono::milliseconds healthy);
  void Reset() { base_ = kFirst; }

 private:
  Random random_;
  std::chrono::milliseconds base_ = kFirst;
};

}  // namespace wampgate::supervisor
