#include "supervisor/drain_schedule.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace wampgate::supervisor {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShortestInterval{100};
constexpr milliseconds kLongestAllowance{1000};

milliseconds Until(DrainSchedule::Time now, DrainSchedule::Time then) {
  return std::chrono::ceil<milliseconds>(then - now);
}

}  // namespace

DrainSchedule::DrainSchedule(Time start, DrainSettings settings, std::function<double()> random)
    : start_(start), settings_(settings), random_(std::move(random)), taken_(start + settings.lame_duck) {
  settings_.rate = std::max(1u, settings_.rate);
  settings_.jitter_percent = std::min(100u, settings_.jitter_percent);
}

DrainSchedule::Phase DrainSchedule::PhaseAt(Time now) const {
  if (now >= deadline()) return Phase::kDeadline;
  return now < start_ + settings_.lame_duck ? Phase::kLameDuck : Phase::kClosing;
}

milliseconds DrainSchedule::Wait(Time now) {
  if (PhaseAt(now) == Phase::kLameDuck) return Until(now, std::min(deadline(), start_ + settings_.lame_duck));
  const milliseconds nominal = std::max(kShortestInterval, milliseconds(1000 / settings_.rate));
  const double jitter = (2 * random_() - 1) * settings_.jitter_percent / 100.0;
  const milliseconds wait(static_cast<std::int64_t>(static_cast<double>(nominal.count()) * (1 + jitter)));
  const milliseconds at_least = std::max(milliseconds(1), wait);
  return now < deadline() ? std::min(at_least, Until(now, deadline())) : at_least;
}

std::uint32_t DrainSchedule::Take(Time now) {
  switch (PhaseAt(now)) {
    case Phase::kLameDuck:
      return 0;
    case Phase::kDeadline:
      return std::numeric_limits<std::uint32_t>::max();
    case Phase::kClosing:
      break;
  }
  const auto passed = std::clamp<std::chrono::duration<double>>(
      now - taken_, std::chrono::duration<double>(0), std::chrono::duration<double>(kLongestAllowance));
  taken_ = std::max(taken_, now);
  carry_ += passed.count() * settings_.rate;
  const auto whole = static_cast<std::uint32_t>(carry_);
  carry_ -= whole;
  return whole;
}

}  // namespace wampgate::supervisor
