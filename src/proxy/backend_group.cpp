#include "proxy/backend_group.hpp"

namespace wampgate::proxy {

BackendGroup::BackendGroup(std::vector<std::shared_ptr<Backend>> backends) : backends_(std::move(backends)) {}

std::vector<std::shared_ptr<Backend>> BackendGroup::Candidates(BackendHealth::Clock::time_point now) const {
  std::vector<std::shared_ptr<Backend>> order;
  std::vector<std::shared_ptr<Backend>> down;
  const std::size_t count = backends_.size();
  const std::size_t first = next_;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& backend = backends_[(first + i) % count];
    // Only the head of the order is sure to be tried, so only there a retry is spent.
    const bool takes_turn = order.empty() ? backend->health().TakeTurn(now) : !backend->health().is_down();
    if (takes_turn && order.empty()) next_ = (first + i + 1) % count;
    (takes_turn ? order : down).push_back(backend);
  }
  if (order.empty() && count != 0) next_ = (first + 1) % count;
  order.insert(order.end(), down.begin(), down.end());
  return order;
}

}  // namespace wampgate::proxy
