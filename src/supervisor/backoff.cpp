#include "supervisor/backoff.hpp"

#include <algorithm>
#include <memory>
#include <random>

namespace wampgate::supervisor {

Backoff::Backoff()
    : random_([engine = std::make_shared<std::minstd_rand>(std::random_device{}())] {
        return std::uniform_real_distribution<>(0, 1)(*engine);
      }) {}

std::chrono::milliseconds Backoff::Next(std::chrono::milliseconds healthy) {
  if (healthy >= kHealthy) Reset();
  const double factor = 0.75 + 0.5 * random_();
  const std::chrono::milliseconds delay(
      static_cast<std::int64_t>(static_cast<double>(base_.count()) * factor));
  base_ = std::min(base_ * 2, kLongest);
  return std::clamp(delay, kFirst, kLongest);
}

}  // namespace wampgate::supervisor
