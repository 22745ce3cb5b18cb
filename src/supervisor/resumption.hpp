#pragma once

#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "base/status.hpp"
#include "supervisor/candidate.hpp"
#include "supervisor/node_state.hpp"
#include "supervisor/orphan.hpp"

namespace wampgate::supervisor {

/// Makes the newest revision on disk run again with the processes that a supervisor which died left:
///
///   take their listening sockets → bind what is missing → take the processes over → start those that are
///   missing, end those that the revision has no place for
///
/// A process whose applied revision is not the newest one is brought to it by Prepare and Commit, be it that
/// it had prepared it or not: the file on disk is the decision. Loop's thread only.
class Resumption {
 public:
  Resumption(NodeState& state, const internal::Revision& stored,
             std::vector<std::unique_ptr<Orphan>> orphans);

  /// `done` is called once, when every process that serves has the revision; those that are missing may be on
  /// their way. On failure (an address cannot be bound, the document cannot be resolved) nothing has happened
  /// and `done` is not called: the processes serve on.
  Status Start(const std::vector<internal::PortOrder>& orders, std::function<void()> done);
  /// A process began to serve or ended.
  void OnChange();

 private:
  /// By an operator, who wants it to stay so.
  bool IsStopped(const WorkerSettings& settings) const;
  void TakeOverUnit(const WorkerSettings& settings);
  Orphan* Choose(const WorkerSettings& settings, std::uint32_t index);
  void EndSurplus();

  NodeState& state_;
  const internal::Revision& stored_;
  std::vector<std::unique_ptr<Orphan>> orphans_;
  std::set<const Orphan*> chosen_;
  std::vector<ListenSockets::Leaving> leaving_;
  bool drained_ = false;
  std::function<void()> done_;
};

/// Ends processes that are of no use: told to stop, killed 2 s after the grace period.
void EndOrphans(NodeState& state, std::vector<std::unique_ptr<Orphan>> orphans);

}  // namespace wampgate::supervisor
