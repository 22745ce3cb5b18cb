#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace wampgate::supervisor {

/// When a revision is bad.
struct TrialRule {
  int crashes = 5;
  std::chrono::milliseconds window{std::chrono::seconds(60)};  ///< from the commit
  std::chrono::milliseconds quiet{std::chrono::minutes(10)};   ///< before it
};

/// Judges whether the running revision is bad: worker processes crash `crashes` times within `window` of its
/// commit (so that it was never healthy for that long), and none had crashed in `quiet` before. Crashes that
/// begin later have another cause, a poison message perhaps, and going back would not help. Not kept across a
/// start of the supervisor: the trial ends with it. Loop's thread only.
class RevisionTrial {
 public:
  using Clock = std::chrono::steady_clock;
  explicit RevisionTrial(TrialRule rule = {}) : rule_(rule) {}

  /// Another revision takes the place of revision `before` (0: of none) now.
  void Begin(std::uint64_t before, Clock::time_point now);
  /// What runs is not on trial.
  void End() { before_ = 0; }
  /// A process has ended by itself. True when that makes the revision bad; once, unless TryAgain.
  bool Crashed(Clock::time_point now);
  /// Going back has failed, perhaps because of another crash: the next one calls for it again.
  void TryAgain() { overdue_ = true; }

  /// The revision to go back to; not 0 once Crashed was true.
  std::uint64_t before() const { return before_; }

 private:
  TrialRule rule_;
  std::uint64_t before_ = 0;  // 0: not on trial
  Clock::time_point began_;
  std::optional<Clock::time_point> last_crash_;
  int crashes_ = 0;
  bool overdue_ = false;
};

}  // namespace wampgate::supervisor
