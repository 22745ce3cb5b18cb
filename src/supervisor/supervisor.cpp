#include "supervisor/supervisor.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "supervisor/leftover_processes.hpp"

namespace wampgate::supervisor {

Supervisor::Supervisor(net::Loop& loop, SupervisorOptions options, NodeDirectory directory)
    : loop_(loop),
      options_(std::move(options)),
      directory_(std::move(directory)),
      revisions_(disk_, directory_.revisions_folder()),
      table_(disk_, directory_.process_records()),
      queries_(loop),
      processes_{loop,
                 table_,
                 [this](const Process& process) { return Command(process); },
                 [this] { return NodeInfo(); },
                 queries_,
                 [this](Process& process) { node_control_.OnConnected(process); },
                 [this] { node_control_.ObserveLater(); },
                 [this](const Process& process) { metrics_.OnEnded(process); },
                 [this](bool metrics) { return StateOfNode(metrics); }},
      sockets_(loop),
      context_{.processes = processes_,
               .sockets = sockets_,
               .node_directory = directory_.path(),
               .on_change = [this] { OnChange(); },
               .on_crash = [this] { OnCrash(); }},
      operator_states_(disk_, directory_.operator_states()),
      state_{.loop = loop,
             .revisions = revisions_,
             .context = context_,
             .operator_states = operator_states_,
             .queries = queries_,
             .operations = operations_,
             .trial = RevisionTrial(options_.bad_revision),
             .now = options_.now},
      control_(loop, table_),
      jobs_(loop),
      operations_(loop),
      node_control_({.loop = loop,
                     .state = state_,
                     .table = table_,
                     .queries = queries_,
                     .operations = operations_,
                     .operator_states = operator_states_,
                     .log_level = options_.log_level}),
      metrics_({.state = state_,
                .table = table_,
                .operator_states = operator_states_,
                .disk = disk_,
                .path = directory_.counters(),
                .view = [this] { return node_control_.View(); }}),
      upgrade_(AroundUpgrade()),
      config_watchers_(loop, state_.revision) {
  context_.running = &state_.revision;
  state_.graveyard.OnGone([this] { OnChange(); });
  state_.departures.OnChange([this] { OnChange(); });
}

Supervisor::~Supervisor() {
  loop_.EndTurn();
  for (auto& [id, unit] : state_.units) {
    for (std::unique_ptr<Process>& process : unit->TakeAll()) process.reset();
  }
}

StatusOr<std::unique_ptr<Supervisor>> Supervisor::Open(net::Loop& loop, SupervisorOptions options) {
  UniqueFd lock = options.handover == nullptr ? UniqueFd() : options.handover->Take(Handover::kLock);
  WAMPGATE_ASSIGN_OR_RETURN(NodeDirectory directory,
                            NodeDirectory::Open(options.node_directory, std::move(lock)));
  std::unique_ptr<Supervisor> supervisor(new Supervisor(loop, std::move(options), std::move(directory)));
  if (const Status status = supervisor->OpenState(); !status.ok()) {
    supervisor->RemoveWhatWasMade();
    return status;
  }
  return supervisor;
}

Status Supervisor::OpenState() {
  node_control_.Load();
  metrics_.Load();
  Leftovers leftovers = FindLeftovers(disk_, directory_.process_records(), directory_.control_socket());
  const bool handed_over = options_.handover != nullptr && options_.handover->received();
  // Children of this process that ended while it replaced itself: nobody else awaits them.
  while (handed_over && ::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  ports_before_ = std::move(leftovers.ports);
  adoption_ = std::make_unique<Adoption>(loop_, std::move(leftovers.processes));
  control_.OnStranger([this](Arrival& arrival) { return adoption_->Offer(arrival); });
  WAMPGATE_ASSIGN_OR_RETURN(stored_, revisions_.LoadNewest());
  RememberRequests();
  upgrade_.Load(handed_over);
  return control_.Start(directory_.control_socket(),
                        handed_over ? options_.handover->Take(Handover::kControl) : UniqueFd());
}

Upgrade::Surroundings Supervisor::AroundUpgrade() {
  const auto replace = [this](std::string worker, Replacement how, WorkerOperation::Done done) {
    Operate(
        std::move(worker),
        [this, how = std::move(how)](const std::string& id, WorkerOperation::Done finished) {
          return std::make_unique<RestartOperation>(state_, id, std::move(finished), how);
        },
        [done = std::move(done)](const StatusOr<WorkerReport>& report) { done(report.status()); });
  };
  return {.loop = loop_,
          .state = state_,
          .jobs = jobs_,
          .table = table_,
          .disk = disk_,
          .record = directory_.upgrade_record(),
          .check_document = directory_.upgrade_record() + ".json",
          .replace = replace,
          .busy = [this] { return closings_.empty() ? "" : "an operation of `session close`"; },
          .result = [this] { return node_control_.ViewOfNode(); },
          .on_change = [this] { node_control_.ObserveLater(); }};
}

void Supervisor::UpgradeNode(Upgrade::Order order, Upgrade::Done done) {
  loop_.Post([this, order = std::move(order), done = std::move(done)] {
    if (stopping_) return done(Unavailable("the node is stopping"));
    upgrade_.Begin(order, done);
  });
}

void Supervisor::PrepareHandover(Handover& handover) {
  const Status again = Unavailable("the supervisor replaces itself; call again");
  jobs_.Close(again);
  operations_.Close(again);
  config_watchers_.Close(again);
  node_control_.events().Close(again);
  handover.Give(Handover::kLock, directory_.lock());
  handover.Give(Handover::kControl, control_.fd());
  for (const UniqueFd& socket : sockets_.activated().all()) {
    handover.Give(Handover::kActivated, socket.get());
  }
}

ChildCommand Supervisor::Command(const Process& process) const {
  ChildCommand command = process.environment();
  command.executable = options_.executable;
  const auto level = static_cast<std::size_t>(node_control_.log_level());
  constexpr std::string_view kLevels[] = {"trace", "debug", "info", "warning", "error", "off"};
  command.arguments = {
      process.title(), "worker",
      "--control",     directory_.control_socket(),
      "--worker",      process.worker(),
      "--process",     fmt::format("{}", process.index()),
      "--generation",  fmt::format("{}", process.generation()),
      "--node-dir",    directory_.path(),
      "--log-level",   std::string(kLevels[level]),
      "--log-format",  options_.log_format == log::Format::kJson ? "json" : "text",
  };
  return command;
}

internal::NodeInfo Supervisor::NodeInfo() const {
  internal::NodeInfo info;
  info.set_node_id(state_.resolved.id);
  info.set_version(WAMPGATE_VERSION);
  info.set_start_time_unix(std::chrono::system_clock::to_time_t(started_));
  info.set_workers(static_cast<std::uint32_t>(state_.units.size()));
  info.set_processes(static_cast<std::uint32_t>(table_.all().size()));
  info.set_public_key(state_.resolved.public_key);
  info.set_revision(state_.revision.number());
  return info;
}

internal::NodeState Supervisor::StateOfNode(bool with_metrics) {
  const v1::NodeView view = node_control_.View();
  internal::NodeState state;
  state.set_ready(view.ready());
  state.set_not_ready_reason(view.not_ready_reason());
  if (!with_metrics) return state;
  if (StatusOr<std::string> text = metrics_.Text(); text.ok()) state.set_metrics(*std::move(text));
  return state;
}

StatusOr<WorkerReport> Supervisor::Report(const std::string& worker) const {
  const auto found = state_.units.find(worker);
  if (found == state_.units.end()) return NotFound(fmt::format("there is no worker {}", worker));
  return ReportOnAll(*found->second);
}

// With what is not the unit's own: the processes that have left it, and what operators say of its transports.
WorkerReport Supervisor::ReportOnAll(const WorkerUnit& unit) const {
  WorkerReport report = ReportOn(unit, sockets_);
  for (const Process* process : state_.departures.Of(report.id)) {
    report.departing.push_back(process->Report());
    report.sessions += report.departing.back().sessions;
    report.connections += report.departing.back().connections;
  }
  for (const std::string& transport : unit.settings().transports) {
    const internal::OperatorState* const state = operator_states_.Find(transport);
    if (state == nullptr || state->state() != Drains::kState) continue;
    report.drains[transport] = state->has_drain() ? DrainState::kDraining : DrainState::kDrained;
  }
  AddUsage(report);
  return report;
}

void Supervisor::ListWorkers(std::function<void(std::vector<WorkerReport>)> done) {
  loop_.Post([this, done = std::move(done)] {
    std::vector<WorkerReport> reports;
    for (const auto& [id, unit] : state_.units) reports.push_back(ReportOnAll(*unit));
    done(std::move(reports));
  });
}

void Supervisor::GetWorker(std::string worker, WorkerDone done) {
  loop_.Post([this, worker = std::move(worker), done = std::move(done)] { done(Report(worker)); });
}

template <typename Operation>
void Supervisor::Operate(std::string worker, WorkerDone done) {
  Operate(
      std::move(worker),
      [this](const std::string& id, WorkerOperation::Done finished) {
        return std::make_unique<Operation>(state_, id, std::move(finished));
      },
      std::move(done));
}

void Supervisor::Operate(std::string worker, MakeOperation make, WorkerDone done) {
  loop_.Post([this, worker = std::move(worker), make = std::move(make), done = std::move(done)] {
    jobs_.Add({.start = [this, worker, make, done] { RunOperation(worker, make, done); },
               .refused = [done](const Status& status) { done(status); }});
  });
}

void Supervisor::RunOperation(const std::string& worker, const MakeOperation& make, const WorkerDone& done) {
  if (!state_.units.contains(worker)) {
    jobs_.Finished();
    return done(NotFound(fmt::format("there is no worker {}", worker)));
  }
  operation_ = make(worker, [this, worker, done](const Status& status) {
    loop_.DeleteLater(std::move(operation_));
    table_.SetPorts(sockets_.port_orders());
    jobs_.Finished();
    node_control_.ObserveLater();
    done(status.ok() ? Report(worker) : status);
  });
  operation_->Start();
}

void Supervisor::StartWorker(std::string worker, WorkerDone done) {
  Operate<StartOperation>(std::move(worker), std::move(done));
}
void Supervisor::StopWorker(std::string worker, WorkerDone done) {
  Operate<StopOperation>(std::move(worker), std::move(done));
}
void Supervisor::ReplaceProcesses(std::string worker, Removal removal, DrainSettings drain, WorkerDone done) {
  Replacement how;
  if (removal == Removal::kKeep) how.departure = [] { return DepartInTime(""); };
  if (removal == Removal::kDrain) how.departure = [drain] { return DepartAtRate("", drain); };
  Operate(
      std::move(worker),
      [this, how = std::move(how)](const std::string& id, WorkerOperation::Done finished) {
        return std::make_unique<RestartOperation>(state_, id, std::move(finished), how);
      },
      std::move(done));
}

void Supervisor::GetHealth(std::function<void(bool)> done) {
  loop_.Post([this, done = std::move(done)] { done(node_control_.Ready()); });
}

void Supervisor::GetNodeState(bool metrics, std::function<void(const internal::NodeState&)> done) {
  loop_.Post([this, metrics, done = std::move(done)] { done(StateOfNode(metrics)); });
}

void Supervisor::Stop(std::function<void()> stopped) {
  stopped_ = std::move(stopped);
  stopping_ = true;
  jobs_.Close(Unavailable("the node is stopping"));
  operations_.Close();
  config_watchers_.Close(Unavailable("the node is stopping"));
  unconfirmed_.Stop();
  node_control_.OnStopping();
  EndOrphans(state_, adoption_->Take());
  if (transaction_ != nullptr) transaction_->Cancel();
  if (operation_ != nullptr) operation_->Cancel();
  for (auto& [id, unit] : state_.units) unit->StopProcesses(state_.resolved.shutdown_grace);
  state_.departures.StopNow("", state_.resolved.shutdown_grace);
  sockets_.CloseAll();
  OnChange();
}

void Supervisor::KillAll() {
  for (const auto& [generation, process] : table_.all()) ::kill(process->pid(), SIGKILL);
}

void Supervisor::OnChange() {
  node_control_.ObserveLater();
  if (operation_ != nullptr) operation_->OnChange();
  if (resumption_ != nullptr && !stopping_) resumption_->OnChange();
  if (!stopping_) upgrade_.OnChange();
  if (on_nobody_left_ != nullptr && table_.empty()) loop_.Post(std::exchange(on_nobody_left_, nullptr));
  if (!stopping_ || !table_.empty() || stopped_ == nullptr) return;
  static_cast<void>(disk_.Remove(directory_.process_records()));
  static_cast<void>(disk_.Remove(directory_.control_socket()));
  metrics_.Forget();
  loop_.Post(std::exchange(stopped_, nullptr));
}

}  // namespace wampgate::supervisor
