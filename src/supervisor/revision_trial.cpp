#include "supervisor/revision_trial.hpp"

namespace wampgate::supervisor {

void RevisionTrial::Begin(std::uint64_t before, Clock::time_point now) {
  began_ = now;
  crashes_ = 0;
  overdue_ = false;
  const bool was_quiet = !last_crash_ || now - *last_crash_ >= rule_.quiet;
  before_ = was_quiet ? before : 0;
}

bool RevisionTrial::Crashed(Clock::time_point now) {
  last_crash_ = now;
  if (before_ == 0) return false;
  if (overdue_) {
    overdue_ = false;
    return true;
  }
  return now - began_ <= rule_.window && ++crashes_ == rule_.crashes;
}

}  // namespace wampgate::supervisor
