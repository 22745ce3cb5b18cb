#include "proxy/weighted_turns.hpp"

namespace wampgate::proxy {

std::optional<std::size_t> WeightedTurns::Take(const std::vector<bool>& may) {
  std::optional<std::size_t> chosen;
  std::int64_t total = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (!may[i] || weights_[i] == 0) continue;
    credits_[i] += weights_[i];
    total += weights_[i];
    if (!chosen || credits_[i] > credits_[*chosen]) chosen = i;
  }
  if (chosen) credits_[*chosen] -= total;
  return chosen;
}

}  // namespace wampgate::proxy
