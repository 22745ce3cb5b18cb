#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "supervisor/drain.hpp"
#include "supervisor/operations.hpp"
#include "supervisor/operator_states.hpp"

namespace wampgate::supervisor {

/// What drains by an operator's word: the node, transports, backends. A drain is an operation while sessions
/// are left; the state lasts until End, also over restarts of the node. A backend that drains gets no new
/// sessions from the beginning. Loop's thread only.
class Drains {
 public:
  struct Surroundings {
    net::Loop& loop;
    Operations& operations;
    OperatorStates& states;
    /// Asks the processes that concern the subject.
    std::function<void(const std::string& subject, internal::Query query, AskDone done)> ask;
    /// Tells every process that is connected, also one that does not serve yet.
    std::function<void(const internal::Query& order)> tell;
    /// The answer of the operation when it has succeeded.
    std::function<std::unique_ptr<google::protobuf::Message>(const std::string& subject)> result;
    /// Another subject drains, or one has gone on to its next phase.
    std::function<void()> on_change;
  };
  explicit Drains(Surroundings around);
  ~Drains();

  /// Begins, or finds the drain that is under way with the same settings. FAILED_PRECONDITION if there is one
  /// with others; the status of the disk.
  StatusOr<std::string> Begin(const std::string& subject, const DrainSettings& settings);
  /// Accepts again. OK if it does not drain.
  Status End(const std::string& subject);
  /// Goes on with what a supervisor before this one had begun; once, when the processes are known.
  void ResumeAll();
  /// Ends the drains of subjects whose state is forgotten, because they are gone.
  void ForgetGone();

  bool Draining(const std::string& subject) const { return around_.states.Is(subject, kState); }
  /// Whether it drains and its lame-duck time is over.
  bool AcceptingStopped(const std::string& subject) const;
  /// What a process must be told that has just come: whether it accepts, which backends get no sessions.
  std::vector<internal::Query> Orders() const;
  /// Tells it to all.
  void TellAll();

  static constexpr const char* kState = "draining";

 private:
  void Run(const std::string& subject, const std::string& operation, DrainSchedule schedule,
           std::uint64_t total);
  void OnProgress(const std::string& subject, const std::string& operation,
                  const v1::DrainProgress& progress);
  void OnDone(const std::string& subject, const std::string& operation, const Status& status);
  void OnCancel(const std::string& subject, const std::string& operation);

  Surroundings around_;
  struct Running {
    std::string operation;
    std::unique_ptr<Drain> drain;
  };
  std::map<std::string, Running> running_;  // by subject
};

}  // namespace wampgate::supervisor
