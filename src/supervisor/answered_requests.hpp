#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "supervisor/apply.hpp"
#include "wampgate/internal/revision.pb.h"

namespace wampgate::supervisor {

/// Requests by their id, so that one that comes again is answered alike and done once (AIP-155). Answers are
/// kept for 10 minutes, the last 10,000 of them. An answer that a retry may mend (UNAVAILABLE,
/// RESOURCE_EXHAUSTED) is not kept. Loop's thread only; outlives the calls it makes.
class AnsweredRequests {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::minutes kKept{10};
  static constexpr std::size_t kMost = 10000;

  struct Id {
    std::string id;      ///< empty: none, nothing is remembered
    std::string digest;  ///< of the request
  };

  /// What to call with the reply of a request that is to be done now. Nothing if `done` is answered already
  /// or waits for the request that came first: `done` gets its reply, or INVALID_ARGUMENT if the id came with
  /// another request.
  std::optional<ApplyDone> Begin(const Id& id, ApplyDone done, Clock::time_point now = Clock::now());

  /// Takes over the answer that is kept with a revision; `age` is how long ago it was given.
  void Remember(const internal::Request& request, std::chrono::milliseconds age,
                Clock::time_point now = Clock::now());

 private:
  struct Entry {
    std::string digest;
    std::optional<ApplyReply> reply;  // absent while it is being done
    std::vector<ApplyDone> waiting;
  };
  void Answer(const std::string& id, const ApplyReply& reply);
  void Forget(Clock::time_point now);
  std::map<std::string, Entry> entries_;
  std::deque<std::pair<Clock::time_point, std::string>> expiries_;  // in their order
};

}  // namespace wampgate::supervisor
