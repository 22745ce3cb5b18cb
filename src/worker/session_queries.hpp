#pragma once

#include <chrono>
#include <cstdint>
#include <unordered_map>

#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "wamp/session_registry.hpp"
#include "worker/ended_sessions.hpp"
#include "worker/queries.hpp"
#include "worker/session_message.hpp"
#include "worker/sliced_work.hpp"

namespace wampgate::worker {

/// Answers what the supervisor asks about the sessions of this process, and ends those it names. Every
/// question is worked off in slices. Loop's thread only; outlives the Queries.
class SessionQueries {
 public:
  static constexpr std::size_t kMostListed = 40000;  ///< in one answer: a frame has a bound
  static constexpr std::size_t kMostEnded = 2000;

  struct Surroundings {
    net::Loop& loop;
    wamp::SessionRegistry& sessions;
    const EndedSessions& ended;
    SlicedWork& work;
    ProcessNames names;
  };
  explicit SessionQueries(Surroundings surroundings) : around_(std::move(surroundings)) {}

  void Serve(Queries& queries);

 private:
  struct Sample {
    std::chrono::steady_clock::time_point time;
    std::uint64_t from_client = 0, to_client = 0;
    double rate_from_client = 0, rate_to_client = 0;
  };
  void List(const internal::ListSessions& query, const AnswerSlot& slot);
  void ListEnded(const internal::ListEndedSessions& query, const AnswerSlot& slot);
  void Close(const internal::CloseSessions& query, const AnswerSlot& slot);
  void SetRates(std::uint64_t id, v1::Session& session);

  Surroundings around_;
  std::unordered_map<std::uint64_t, Sample> samples_;  // of the sessions listed within the last minute
  Timer forget_samples_;
};

}  // namespace wampgate::worker
