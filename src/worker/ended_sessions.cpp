#include "worker/ended_sessions.hpp"

namespace wampgate::worker {

void EndedSessions::Add(const v1::EndedSession& ended) {
  if (kept_.size() == kMost) {
    kept_.pop_front();
    ++first_;
  }
  kept_.push_back(ended.SerializeAsString());
}

bool EndedSessions::Read(std::uint64_t number, v1::EndedSession& ended) const {
  return number >= begin() && number < end() && ended.ParseFromString(kept_[number - first_]);
}

}  // namespace wampgate::worker
