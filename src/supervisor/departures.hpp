#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/timer_wheel.hpp"
#include "supervisor/drain_schedule.hpp"
#include "supervisor/graveyard.hpp"
#include "supervisor/process_queries.hpp"
#include "wampgate/internal/process_record.pb.h"

namespace wampgate::supervisor {

/// The processes that have no place any more and live on for their sessions: a worker was scaled down or
/// replaced, or has successors of another binary. They hold no listening socket. Each is stopped once it has
/// no session, or at its deadline; until then its sessions end at its rate, idle ones first. The record of
/// processes says so, so that a later supervisor goes on with it. Loop's thread only.
class Departures final : private ProcessObserver {
 public:
  /// What was accepted last gets so long to become a session or to be answered.
  static constexpr std::chrono::milliseconds kSettle{300};
  /// HTTP connections without a session get so long for what they are at.
  static constexpr std::chrono::seconds kRequests{5};

  Departures(net::Loop& loop, Graveyard& graveyard, ProcessQueries& queries)
      : loop_(loop), graveyard_(graveyard), queries_(queries) {}

  /// The process has been told to release its sockets. `grace`: of the end.
  void Begin(std::unique_ptr<Process> process, internal::Departure departure,
             std::chrono::milliseconds grace);
  /// Those that an operation counts live on until their sessions end by themselves.
  void KeepSessionsOf(const std::string& operation);
  /// Stops those of a worker now, or with an empty id all.
  void StopNow(const std::string& worker, std::chrono::milliseconds grace);

  bool empty() const { return leaving_.empty(); }
  /// Those of a worker, by its id.
  std::vector<const Process*> Of(const std::string& worker) const;
  std::vector<const Process*> All() const;
  struct Left {
    std::uint32_t processes = 0;
    std::uint64_t sessions = 0;
  };
  /// Of those that an operation counts.
  Left LeftOf(const std::string& operation) const;
  /// Called each time a number of sessions is another, or one is gone.
  void OnChange(std::function<void()> callback) { on_change_ = std::move(callback); }

 private:
  struct Leaving final : net::Mortal {
    Leaving(std::unique_ptr<Process> the_process, DrainSchedule the_schedule,
            std::chrono::milliseconds the_grace)
        : process(std::move(the_process)), schedule(std::move(the_schedule)), grace(the_grace) {}
    std::unique_ptr<Process> process;
    DrainSchedule schedule;
    std::chrono::milliseconds grace;
    std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
    std::uint64_t sessions = 0;
    std::uint64_t statuses = process->statuses();
    Timer timer;
  };
  void OnConnected(Process& process) override;
  void OnEnded(Process& process) override;
  void Step(std::uint64_t generation);
  void OnAnswer(std::uint64_t generation, const StatusOr<std::vector<ProcessAnswer>>& answers);
  void WaitForNext(Leaving& leaving);
  void Stop(std::uint64_t generation);

  net::Loop& loop_;
  Graveyard& graveyard_;
  ProcessQueries& queries_;
  std::map<std::uint64_t, std::unique_ptr<Leaving>> leaving_;  // by generation
  std::function<void()> on_change_;
};

/// How processes depart.
internal::Departure DepartAtOnce();                              ///< their sessions end now
internal::Departure DepartInTime(const std::string& operation);  ///< when their sessions have ended
internal::Departure DepartAtRate(const std::string& operation, const DrainSettings& settings);
/// Of one that departs at a rate.
DrainSchedule ScheduleOf(const internal::Departure& departure);

}  // namespace wampgate::supervisor
