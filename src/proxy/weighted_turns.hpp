#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace wampgate::proxy {

/// Smooth weighted round robin: each takes turns in proportion to its weight, spread evenly (weights 3 and 1
/// give a a b a). Equal weights go round in order. Deterministic: the same calls give the same turns. Pure.
class WeightedTurns {
 public:
  explicit WeightedTurns(std::vector<std::uint32_t> weights)
      : weights_(std::move(weights)), credits_(weights_.size(), 0) {}

  /// Gives the turn to one of those that may have it; none if there is none of a weight above 0. Who may not
  /// does neither gain nor lose by it.
  std::optional<std::size_t> Take(const std::vector<bool>& may);
  /// Who has more is closer to its next turn.
  std::int64_t credit(std::size_t index) const { return credits_[index]; }

 private:
  std::vector<std::uint32_t> weights_;
  std::vector<std::int64_t> credits_;
};

}  // namespace wampgate::proxy
