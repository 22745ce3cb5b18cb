#pragma once

#include <memory>
#include <string>
#include <vector>

#include "supervisor/transaction.hpp"

namespace wampgate::supervisor {

/// One process that a transaction tells. A process that exists stays its unit's; a new one is the
/// transaction's until the decision.
class Transaction::Participant final : public ProcessObserver {
 public:
  Participant(Transaction& transaction, WorkerUnit& unit, const WorkerSettings& settings)
      : transaction_(transaction), unit_(&unit), settings_(settings) {}

  void OnConnected(Process& process) override;
  void OnEnded(Process& process) override;

  Transaction& transaction_;
  WorkerUnit* unit_;
  const WorkerSettings& settings_;  // of the candidate
  Process* process_ = nullptr;
  std::unique_ptr<Process> staged_;
  std::vector<std::string> transports_;  // that it gets sockets of
  enum class Stage : std::uint8_t { kAwaited, kAsked, kReady };
  Stage stage_ = Stage::kAwaited;
  bool is_new_ = false;
  bool gets_whole_ = false;  // it has not what a delta would be for
};

}  // namespace wampgate::supervisor
