#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "supervisor/drains.hpp"
#include "supervisor/events.hpp"
#include "supervisor/node_view.hpp"
#include "wampgate/v1/backend_status.pb.h"

namespace wampgate::supervisor {

/// What operators do with the node beside its configuration: they drain it, set its log level, end it, and
/// watch it. Holds what they have told it (OperatorStates) to the processes, also to those that come later.
///
/// The calls of the first group may be made from any thread; callbacks come on the loop's thread. The rest
/// belongs to the loop's thread.
class NodeControl {
 public:
  struct Surroundings {
    net::Loop& loop;
    NodeState& state;
    ProcessTable& table;
    ProcessQueries& queries;
    Operations& operations;
    OperatorStates& operator_states;
    log::Level log_level;  ///< of the command line
  };
  explicit NodeControl(Surroundings around);

  // From any thread:

  void GetNode(std::function<void(const v1::NodeView&)> done);
  void GetStatistics(std::function<void(const v1::Statistics&)> done);
  using OperationDone = std::function<void(StatusOr<Operations::Operation>)>;
  /// The operation; with the result of Drains::Begin.
  void DrainNode(DrainSettings settings, OperationDone done);
  /// The same for an object of the running revision that can be drained; NOT_FOUND if there is none.
  void DrainObject(std::string name, DrainSettings settings, OperationDone done);
  void UndrainObject(std::string name, std::function<void(const Status&)> done);
  using NodeDone = std::function<void(StatusOr<v1::NodeView>)>;
  void UndrainNode(NodeDone done);
  /// `expiry` 0: it stays. INVALID_ARGUMENT for a level that does not exist.
  void SetLogLevel(std::string level, std::chrono::milliseconds expiry, NodeDone done);
  /// As SIGTERM does. UNAVAILABLE if it is stopping already.
  void Shutdown(std::function<void(const Status&)> done);
  /// Of a backend of the running revision; NOT_FOUND.
  void DrainBackend(std::string name, DrainSettings settings, OperationDone done);
  using Done = std::function<void(const Status&)>;
  /// Ends a drain, or the state that one has left; without effect on another. NOT_FOUND.
  void UndrainBackend(std::string name, Done done);
  /// The last word counts: a drain that is under way is cancelled. NOT_FOUND.
  void SetBackendState(std::string name, v1::BackendProcess::State state, Done done);
  /// What operators have said about objects: resource name → "draining", "maintenance", "stopped".
  void GetOperatorStates(std::function<void(const std::map<std::string, std::string>&)> done);
  static constexpr const char* kMaintenance = "maintenance";  ///< among them
  Events& events() { return events_; }

  // On the loop's thread:

  /// Once, before anything else: what operators told the node before it was started.
  void Load();
  /// What Shutdown calls, after its answer.
  void OnShutdown(std::function<void()> shutdown) { shutdown_ = std::move(shutdown); }
  /// A process has said Hello: it is told what holds.
  void OnConnected(Process& process);
  /// A revision runs. Forgets the states of what is gone, and goes on with the drains of a supervisor before.
  void OnRevision();
  /// Something may have changed: observed at the end of this turn.
  void ObserveLater();
  void OnStopping();
  std::unique_ptr<google::protobuf::Message> ViewOfNode() const {
    return std::make_unique<v1::NodeView>(View());
  }
  bool Ready() const { return WhyNotReady(Sight()).empty(); }
  v1::NodeView View() const;
  /// Where `management.http` listens; empty: nowhere.
  void SetHttpAddress(std::string address) { http_address_ = std::move(address); }
  /// Of the processes to be started, and of this one.
  log::Level log_level() const { return level_; }

 private:
  NodeSight Sight() const;
  std::unique_ptr<google::protobuf::Message> ResultOfDrain(const std::string& subject) const;
  Status CheckBackend(const std::string& name) const;
  Status SetState(const std::string& name, v1::BackendProcess::State state);
  void Drain(const std::string& subject, const DrainSettings& settings, const OperationDone& done);
  void Ask(const std::string& subject, internal::Query query, AskDone done);
  void Tell(const internal::Query& order);
  void UseLogLevel();
  void OnLogLevelExpired();

  Surroundings around_;
  std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
  Events events_;
  Drains drains_;
  log::Level level_;
  Timer level_expiry_;
  std::function<void()> shutdown_;
  std::string http_address_;
  bool stopping_ = false;
  bool resumed_ = false;
  bool observe_posted_ = false;
};

}  // namespace wampgate::supervisor
