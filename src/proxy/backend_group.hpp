#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/backend.hpp"
#include "proxy/weighted_turns.hpp"

namespace wampgate::proxy {

/// The backends of one route, in the order of the configuration (spec 5.10, ordered round robin), with their
/// shares of its sessions (ours).
class BackendGroup {
 public:
  using Time = BackendHealth::Clock::time_point;
  struct Target {
    std::shared_ptr<Backend> backend;
    std::uint32_t weight = 1;  ///< 0: gets none
    bool is_backup = false;    ///< only while no other is usable
  };
  /// What becomes of a target at a join, best first.
  enum class Standing : std::uint8_t {
    kReady,       ///< has its turns
    kBackup,      ///< would have, but is a backup: has them while nobody is ready
    kDown,        ///< is tried when nobody else is left
    kDownBackup,  ///< after those
    kDraining,
    kMaintenance,
    kNoWeight,
  };
  struct Place {
    std::size_t target;  ///< index
    Standing standing;
  };

  explicit BackendGroup(std::vector<Target> targets);
  /// All of weight 1.
  explicit BackendGroup(const std::vector<std::shared_ptr<Backend>>& backends);

  /// In which order a join tries them; takes a turn. By turns over those that are up, then backups, then
  /// those that are down (a backend is never refused for being down when nothing else is left). Left out:
  /// those of weight 0, and those that operators have taken out.
  std::vector<std::shared_ptr<Backend>> Candidates(Time now) const;
  /// What Candidates would say, without taking the turn; then those that are left out.
  std::vector<Place> Preview(Time now) const;
  /// Why Candidates is empty: "backend a drains; backend b has weight 0".
  std::string WhyNone() const;

  const std::vector<Target>& targets() const { return targets_; }

 private:
  std::vector<Place> Order(Time now, WeightedTurns& turns) const;

  std::vector<Target> targets_;
  mutable WeightedTurns turns_;
};

}  // namespace wampgate::proxy
