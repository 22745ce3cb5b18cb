#include "proxy/backend_health.hpp"

#include <algorithm>

namespace wampgate::proxy {

bool BackendHealth::TakeTurn(Clock::time_point now) {
  if (!IsDue(now)) return false;
  if (is_down()) retry_at_ = now + delay_;
  return true;
}

void BackendHealth::Failed(Clock::time_point now) {
  // Joins that were under way together fail together; they count as one failure.
  if (is_down() && now < retry_at_ - delay_ / 2) return;
  delay_ = is_down() ? std::min(delay_ * 2, kLastRetry) : kFirstRetry;
  retry_at_ = now + delay_;
}

}  // namespace wampgate::proxy
