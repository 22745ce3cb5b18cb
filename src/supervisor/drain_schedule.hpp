#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace wampgate::supervisor {

/// When a drain does what; see DrainNodeRequest for the meaning of the settings.
struct DrainSettings {
  std::chrono::milliseconds lame_duck{0};                        ///< after the start
  std::chrono::milliseconds deadline{std::chrono::minutes(10)};  ///< after the start
  std::uint32_t rate = 100;                                      ///< sessions per second and process
  std::uint32_t jitter_percent = 0;
  bool operator==(const DrainSettings&) const = default;
};

/// The pace of one drain. No I/O, no clock of its own.
class DrainSchedule {
 public:
  using Time = std::chrono::system_clock::time_point;
  /// `random` gives numbers of [0, 1).
  DrainSchedule(Time start, DrainSettings settings, std::function<double()> random);
  /// Without jitter.
  static DrainSchedule Even(Time start, const DrainSettings& settings) {
    return {start, settings, [] { return 0.5; }};
  }

  enum class Phase : std::uint8_t {
    kLameDuck,  ///< accepts still
    kClosing,   ///< accepts nothing, closes at the rate
    kDeadline,  ///< closes what is left
  };
  Phase PhaseAt(Time now) const;
  /// How long to wait from `now` until something is to be done, more than 0.
  std::chrono::milliseconds Wait(Time now);
  /// How many sessions each process may close now; the whole rest after the deadline. What is not taken for
  /// more than a second is lost, so that a pause is not followed by a burst.
  std::uint32_t Take(Time now);

  Time start() const { return start_; }
  Time deadline() const { return start_ + settings_.deadline; }
  const DrainSettings& settings() const { return settings_; }

 private:
  Time start_;
  DrainSettings settings_;
  std::function<double()> random_;
  Time taken_;        // up to then
  double carry_ = 0;  // part of a session
};

}  // namespace wampgate::supervisor
