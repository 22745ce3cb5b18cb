#include "supervisor/resumption.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/log.hpp"
#include "supervisor/process_table.hpp"
#include "supervisor/returned_sockets.hpp"
#include "supervisor/worker_operation.hpp"

namespace wampgate::supervisor {
namespace {

/// Told of a process until the graveyard is.
class Nobody final : public ProcessObserver {
 public:
  void OnConnected(Process& /*process*/) override {}
  void OnEnded(Process& /*process*/) override {}
};

/// A process without a place.
std::unique_ptr<Process> TakeOver(NodeState& state, Orphan& orphan, Nobody& nobody) {
  const internal::ProcessRecord& record = orphan.record();
  auto process = std::make_unique<Process>(
      state.context.processes,
      Process::Identity{.worker = record.worker(), .index = record.process(), .title = {}, .environment = {}},
      nobody);
  process->TakeOver(orphan.TakeChild(), record.generation(), orphan.TakeArrival());
  return process;
}

void EndOrphan(NodeState& state, Orphan& orphan) {
  if (orphan.ended()) return;
  const internal::ProcessRecord& record = orphan.record();
  log::Warning("supervisor", "ending a worker process of the supervisor before",
               {{"worker", record.worker()}, {"process", record.process()}, {"pid", record.pid()}});
  Nobody nobody;
  state.graveyard.Bury(TakeOver(state, orphan, nobody), state.resolved.shutdown_grace);
}

void ResumeDeparture(NodeState& state, Orphan& orphan) {
  const internal::Departure departure = orphan.record().departure();
  Nobody nobody;
  state.departures.Begin(TakeOver(state, orphan, nobody), departure, state.resolved.shutdown_grace);
}

/// Of one of several processes to a place; the greater one has it.
std::tuple<bool, std::uint64_t, std::uint64_t> Claim(const Orphan& orphan) {
  return {!orphan.held().empty(), orphan.hello().applied_revision(), orphan.record().generation()};
}

}  // namespace

void EndOrphans(NodeState& state, std::vector<std::unique_ptr<Orphan>> orphans) {
  for (const auto& orphan : orphans) EndOrphan(state, *orphan);
}

Resumption::Resumption(NodeState& state, const internal::Revision& stored,
                       std::vector<std::unique_ptr<Orphan>> orphans)
    : state_(state), stored_(stored), orphans_(std::move(orphans)) {}

Status Resumption::Start(const std::vector<internal::PortOrder>& orders, std::function<void()> done) {
  const Candidate candidate =
      MakeCandidate(stored_.node(), config::Environment::OfThisProcess(state_.context.node_directory));
  if (!candidate.resolved) return ProblemStatus(StatusCode::kInvalidArgument, candidate.problems);
  const ActivatedSockets& activated = state_.context.sockets.activated();
  WAMPGATE_ASSIGN_OR_RETURN(const ListenTable returned,
                            ReturnedSockets(orphans_, *candidate.resolved, activated));
  ListenStage stage(returned, *candidate.resolved, activated);
  if (config::HasErrors(stage.problems()))
    return ProblemStatus(StatusCode::kFailedPrecondition, stage.problems());

  done_ = std::move(done);
  state_.revision = stored_;
  state_.context.revision = stored_.number();
  state_.resolved = *candidate.resolved;
  ListenSockets& sockets = state_.context.sockets;
  sockets.Recover(returned, orders);
  std::set<std::string> stopped;
  for (const WorkerSettings& settings : candidate.workers) {
    if (IsStopped(settings)) stopped.insert(settings.id);
  }
  leaving_ = sockets.Take(stage, stopped);
  for (const WorkerSettings& settings : candidate.workers) TakeOverUnit(settings);
  EndSurplus();
  sockets.Drain(leaving_, [this] {
    drained_ = true;
    OnChange();
  });
  return OkStatus();
}

bool Resumption::IsStopped(const WorkerSettings& settings) const {
  return state_.operator_states.Is(settings.name, StopOperation::kState);
}

void Resumption::OnChange() {
  const bool up_to_date = std::all_of(state_.units.begin(), state_.units.end(),
                                      [](const auto& entry) { return entry.second->UpToDate(); });
  if (!drained_ || !up_to_date || done_ == nullptr) return;
  state_.context.sockets.CloseLeaving(leaving_);
  log::Info("supervisor", "the worker processes of the supervisor before are taken over",
            {{"revision", stored_.number()}, {"processes", chosen_.size()}});
  std::exchange(done_, nullptr)();
}

void Resumption::TakeOverUnit(const WorkerSettings& settings) {
  auto made = std::make_unique<WorkerUnit>(state_.context, settings);
  WorkerUnit& unit = *made;
  state_.units[settings.id] = std::move(made);
  if (IsStopped(settings)) return unit.SetWanted(WorkerUnit::Wanted::kStopped);
  for (std::uint32_t index = 0; index < static_cast<std::uint32_t>(settings.processes); ++index) {
    if (Orphan* orphan = Choose(settings, index)) unit.TakeOver(index, *orphan);
  }
  unit.StartProcesses();
  if (unit.UpToDate()) unit.Rebalance();
}

// Of several for one place, the one that accepts, with the newest revision, the youngest. One that departs
// has none.
Orphan* Resumption::Choose(const WorkerSettings& settings, std::uint32_t index) {
  Orphan* best = nullptr;
  for (const auto& orphan : orphans_) {
    const internal::ProcessRecord& record = orphan->record();
    if (record.worker() != settings.id || record.process() != index || !orphan->serves()) continue;
    if (record.has_departure()) continue;
    if (orphan->hello().made_for() != ProcessDigest(settings)) continue;
    if (best == nullptr || Claim(*orphan) > Claim(*best)) best = orphan.get();
  }
  if (best == nullptr) return nullptr;
  chosen_.insert(best);
  const internal::Hello& hello = best->hello();
  log::Info("supervisor", "taking a worker process over",
            {{"worker", settings.id},
             {"process", index},
             {"pid", best->record().pid()},
             {"applied_revision", hello.applied_revision()},
             {"prepared_revision", hello.prepared_revision()}});
  return best;
}

void Resumption::EndSurplus() {
  for (const auto& orphan : orphans_) {
    if (chosen_.contains(orphan.get())) continue;
    orphan->record().has_departure() && orphan->serves() ? ResumeDeparture(state_, *orphan)
                                                         : EndOrphan(state_, *orphan);
  }
}

}  // namespace wampgate::supervisor
