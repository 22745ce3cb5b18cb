#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/environment.hpp"
#include "supervisor/departures.hpp"
#include "supervisor/drain.hpp"
#include "supervisor/operations.hpp"
#include "supervisor/operator_states.hpp"
#include "wampgate/v1/config.pb.h"

namespace wampgate::supervisor {

/// Ends at a rate the sessions of what changes have taken away, each change as an operation with
/// DrainProgress: those of removed objects in the processes that stay, and those of processes that depart
/// (which Departures ends at the same rate). The operator states keep it over the death of a supervisor.
/// Loop's thread only.
class RemovalDrains {
 public:
  struct Surroundings {
    net::Loop& loop;
    Operations& operations;
    Departures& departures;
    ProcessQueries& queries;
    const ProcessTable& table;
    OperatorStates& states;
  };
  struct Order {
    std::string subject;                  ///< "revision 7"
    std::vector<std::string> removed{};   ///< transports, paths, backends
    std::vector<std::string> replaced{};  ///< the same, where another has the name now
    std::int64_t replaced_at = 0;         ///< Unix, milliseconds
    DrainSettings settings{};
  };
  explicit RemovalDrains(Surroundings around) : around_(around) {}
  ~RemovalDrains();

  /// A name for the operation to come, by which processes may depart; empty if too many run.
  std::string Announce(const std::string& subject);
  /// The objects are gone and the processes depart. Without a name the sessions end all the same.
  void Begin(const std::string& operation, Order order);
  /// Before `document` is decided, which need not have its routes: of an object that it has again under the
  /// name of one that was removed, only the sessions that began before the removal end.
  void SpareReturned(const v1::Node& document, const config::Environment& environment);
  /// Takes up what a supervisor before has begun, also the operations that departing processes name, but for
  /// `other`. `running` as above.
  void Resume(const std::string& other, const v1::Node& running, const config::Environment& environment);

 private:
  using Answers = StatusOr<std::vector<ProcessAnswer>>;
  struct Running {
    Order order;
    std::unique_ptr<Drain> drain;
  };
  void Run(const std::string& operation, Order order, DrainSchedule schedule);
  void Resume(const std::string& operation, Order order, const DrainSchedule& schedule);
  void Keep(const std::string& operation, const Order& order, const DrainSchedule& schedule);
  void KeepNames(const std::string& operation, const Order& order);
  void Store(internal::RemovalState state);
  void Forget(const std::string& operation);
  void Close(const std::string& operation, std::uint32_t limit, const AskDone& done);
  void AskAbout(const std::vector<std::string>& objects, std::int64_t before, std::uint32_t limit,
                AskDone done);
  void OnDone(const std::string& operation, const Status& status);
  void Cancel(const std::string& operation);

  Surroundings around_;
  std::map<std::string, Running> running_;  // by operation
  std::uint64_t unnamed_ = 0;
};

}  // namespace wampgate::supervisor
