#include "proxy/backend_group.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace wampgate::proxy {

namespace {

using Target = BackendGroup::Target;
using Standing = BackendGroup::Standing;

Standing StandingOf(const Target& target, bool is_up) {
  if (target.backend->duty() == Duty::kDraining) return Standing::kDraining;
  if (target.backend->duty() == Duty::kMaintenance) return Standing::kMaintenance;
  if (target.weight == 0) return Standing::kNoWeight;
  if (target.is_backup) return is_up ? Standing::kBackup : Standing::kDownBackup;
  return is_up ? Standing::kReady : Standing::kDown;
}

std::vector<Target> OfWeightOne(const std::vector<std::shared_ptr<Backend>>& backends) {
  std::vector<Target> targets;
  for (const auto& backend : backends) targets.push_back({backend});
  return targets;
}

std::vector<std::uint32_t> WeightsOf(const std::vector<Target>& targets) {
  std::vector<std::uint32_t> weights;
  for (const Target& target : targets) weights.push_back(target.weight);
  return weights;
}

bool IsTried(Standing standing) {
  return standing <= Standing::kDownBackup;
}

}  // namespace

BackendGroup::BackendGroup(std::vector<Target> targets)
    : targets_(std::move(targets)), turns_(WeightsOf(targets_)) {}

BackendGroup::BackendGroup(const std::vector<std::shared_ptr<Backend>>& backends)
    : BackendGroup(OfWeightOne(backends)) {}

std::vector<BackendGroup::Place> BackendGroup::Order(Time now, WeightedTurns& turns) const {
  const std::size_t count = targets_.size();
  // A retry that is due makes a backend ready for the turn; only who has it is sure to be tried.
  std::vector<Standing> for_turn;
  for (const Target& target : targets_)
    for_turn.push_back(StandingOf(target, target.backend->health().IsDue(now)));
  std::optional<std::size_t> first;
  for (auto tier : {Standing::kReady, Standing::kBackup, Standing::kDown, Standing::kDownBackup}) {
    std::vector<bool> may(count);
    for (std::size_t i = 0; i < count; ++i) may[i] = for_turn[i] == tier;
    if ((first = turns.Take(may))) break;
  }
  std::vector<Place> order;
  for (std::size_t i = 0; i < count; ++i) {
    const bool has_turn = first == i;
    order.push_back(
        {i, has_turn ? for_turn[i] : StandingOf(targets_[i], !targets_[i].backend->health().is_down())});
  }
  std::stable_sort(order.begin(), order.end(), [&](const Place& a, const Place& b) {
    const bool a_is_first = first == a.target, b_is_first = first == b.target;
    if (a_is_first || b_is_first) return a_is_first && !b_is_first;
    if (a.standing != b.standing) return a.standing < b.standing;
    return turns.credit(a.target) > turns.credit(b.target);
  });
  return order;
}

std::vector<std::shared_ptr<Backend>> BackendGroup::Candidates(Time now) const {
  std::vector<std::shared_ptr<Backend>> candidates;
  for (const Place& place : Order(now, turns_)) {
    if (!IsTried(place.standing)) break;
    const auto& backend = targets_[place.target].backend;
    if (candidates.empty()) static_cast<void>(backend->health().TakeTurn(now));
    candidates.push_back(backend);
  }
  return candidates;
}

std::vector<BackendGroup::Place> BackendGroup::Preview(Time now) const {
  WeightedTurns turns = turns_;
  return Order(now, turns);
}

std::string BackendGroup::WhyNone() const {
  std::string text;
  for (const Target& target : targets_) {
    const std::string_view why = target.backend->duty() == Duty::kDraining      ? "drains"
                                 : target.backend->duty() == Duty::kMaintenance ? "is in maintenance"
                                                                                : "has weight 0";
    text += fmt::format("{}backend {} {}", text.empty() ? "" : "; ", target.backend->options().id, why);
  }
  return text.empty() ? "the route has no backends" : text;
}

}  // namespace wampgate::proxy
