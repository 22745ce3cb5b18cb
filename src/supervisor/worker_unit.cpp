#include "supervisor/worker_unit.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <google/protobuf/util/message_differencer.h>
#include <openssl/sha.h>

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/log.hpp"
#include "config/resolve_worker.hpp"
#include "net/reuseport_group.hpp"

namespace wampgate::supervisor {

bool SameNode(const WorkerSettings& left, const WorkerSettings& right) {
  return google::protobuf::util::MessageDifferencer::Equals(left.node, right.node);
}

bool SameProcess(const WorkerSettings& before, const WorkerSettings& after) {
  return before.type == after.type && before.title == after.title &&
         before.environment.environment == after.environment.environment &&
         before.environment.inherit == after.environment.inherit;
}

std::string ProcessDigest(const WorkerSettings& settings) {
  std::string text = fmt::format("{}\n{}\n{}\n", static_cast<int>(settings.type), settings.title,
                                 static_cast<int>(settings.environment.inherit));
  for (const auto& [name, value] : settings.environment.environment) {
    text += fmt::format("{}:{}{}:{}", name.size(), name, value.size(), value);
  }
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

namespace {

internal::Prepare BeginPrepare(const UnitContext& context, const PrepareTarget& target) {
  internal::Prepare prepare;
  prepare.set_transaction(target.transaction);
  prepare.set_revision(target.revision);
  prepare.set_node_directory(context.node_directory);
  prepare.set_made_for(ProcessDigest(target.settings));
  return prepare;
}

}  // namespace

internal::Prepare MakePrepare(const UnitContext& context, const PrepareTarget& target) {
  internal::Prepare prepare = BeginPrepare(context, target);
  *prepare.mutable_node() = target.settings.node;
  const std::vector<std::string> ids = config::WorkerIds(target.document);
  const auto id = std::find(ids.begin(), ids.end(), target.settings.id);
  WAMPGATE_CHECK(id != ids.end());
  const v1::Worker& worker = target.document.workers(static_cast<int>(id - ids.begin()));
  if (worker.has_proxy()) {
    *prepare.mutable_node()->mutable_workers(0)->mutable_proxy()->mutable_routes() = worker.proxy().routes();
  }
  return prepare;
}

internal::Prepare MakePrepare(const UnitContext& context, const PrepareTarget& target,
                              const internal::NodeDelta& changes, std::uint64_t base) {
  internal::Prepare prepare = BeginPrepare(context, target);
  internal::NodeDelta& delta = *prepare.mutable_delta();
  prepare.set_base(base);
  *delta.mutable_rest() = target.settings.node;
  for (const internal::RouteChange& route : changes.routes()) {
    if (route.worker() == target.settings.id) *delta.add_routes() = route;
  }
  return prepare;
}

bool AddSocket(const PreparedSocket& socket, internal::Prepare& prepare, std::vector<UniqueFd>& descriptors) {
  UniqueFd copy(::fcntl(socket.fd, F_DUPFD_CLOEXEC, 3));
  if (!copy) return false;
  internal::ListenSocket& entry = *prepare.add_sockets();
  entry.set_transport(socket.transport);
  entry.set_index(static_cast<std::uint32_t>(socket.index));
  entry.set_address(socket.address);
  descriptors.push_back(std::move(copy));
  return true;
}

WorkerUnit::WorkerUnit(UnitContext& context, WorkerSettings settings)
    : context_(context), settings_(std::move(settings)), sharing_(context.sockets) {
  sharing_.Keep(settings_.transports);
}

WorkerUnit::~WorkerUnit() {
  WAMPGATE_CHECK(processes_.empty());
}

void WorkerUnit::SetSettings(WorkerSettings settings) {
  settings_ = std::move(settings);
  ++version_;
}

std::unique_ptr<Process> WorkerUnit::MakeProcess(const WorkerSettings& settings, std::uint32_t index,
                                                 ProcessObserver& observer) {
  return std::make_unique<Process>(
      context_.processes,
      Process::Identity{.worker = settings.id,
                        .index = index,
                        .title = settings.title.empty() ? fmt::format("wampgated: {}/{}", settings.id, index)
                                                        : settings.title,
                        .environment = settings.environment},
      observer);
}

void WorkerUnit::Add(std::unique_ptr<Process> process) {
  process->SetObserver(*this);
  const std::uint32_t index = process->index();
  WAMPGATE_CHECK(!processes_.contains(index));
  processes_[index] = std::move(process);
}

std::vector<std::unique_ptr<Process>> WorkerUnit::TakeAll() {
  return TakeFrom(0);
}

std::vector<std::unique_ptr<Process>> WorkerUnit::TakeFrom(std::uint32_t count) {
  std::vector<std::unique_ptr<Process>> taken;
  for (auto place = processes_.lower_bound(count); place != processes_.end();) {
    sharing_.Ended(place->first);
    leaving_.erase(place->first);
    applied_.erase(place->first);
    taken.push_back(std::move(place->second));
    place = processes_.erase(place);
  }
  return taken;
}

void WorkerUnit::StartProcesses() {
  for (std::uint32_t index = 0; index < static_cast<std::uint32_t>(settings_.processes); ++index) {
    if (!processes_.contains(index)) Add(MakeProcess(settings_, index, *this));
    processes_[index]->ResetRestarts();
    processes_[index]->Start();
  }
}

void WorkerUnit::StopProcesses(std::chrono::milliseconds grace) {
  for (auto& [index, process] : processes_) process->Stop(grace);
}

bool WorkerUnit::AllStopped() const {
  return std::all_of(processes_.begin(), processes_.end(),
                     [](const auto& entry) { return entry.second->state() == ProcessState::kStopped; });
}

bool WorkerUnit::AllServe() const {
  return std::all_of(processes_.begin(), processes_.end(),
                     [](const auto& entry) { return entry.second->serving(); });
}

std::map<std::uint32_t, Process*> WorkerUnit::Serving() const {
  std::map<std::uint32_t, Process*> serving;
  for (const auto& [index, process] : processes_) {
    if (process->serving() && !leaving_.contains(index)) serving[index] = process.get();
  }
  return serving;
}

void WorkerUnit::Rebalance() {
  sharing_.Rebalance(Serving());
}

void WorkerUnit::Leave(std::uint32_t index) {
  const auto place = processes_.find(index);
  if (place == processes_.end()) return;
  leaving_.insert(index);
  sharing_.Leave(*place->second);
  Rebalance();
}

void WorkerUnit::TakeOver(std::uint32_t index, Orphan& orphan) {
  Add(MakeProcess(settings_, index, *this));
  Process& process = *processes_.at(index);
  for (const HeldSocket& socket : orphan.held()) sharing_.Holds(index, socket);
  if (orphan.hello().applied_revision() == context_.revision) applied_[index] = version_;
  process.TakeOver(orphan.TakeChild(), orphan.record().generation(), orphan.TakeArrival());
}

bool WorkerUnit::IsCurrent(const Process& process) const {
  const auto applied = applied_.find(process.index());
  return applied != applied_.end() && applied->second == version_;
}

void WorkerUnit::LeaveAll() {
  for (const auto& [index, process] : processes_) sharing_.Leave(*process);
}

void WorkerUnit::BeginSuccession(std::uint32_t index) {
  WAMPGATE_CHECK(processes_.contains(index) && !successors_.contains(index));
  successors_[index] = MakeProcess(settings_, index, *this);
  successors_[index]->Start();
}

std::unique_ptr<Process> WorkerUnit::TakePredecessor(std::uint32_t index) {
  auto node = predecessors_.extract(index);
  return node.empty() ? nullptr : std::move(node.mapped());
}

std::unique_ptr<Process> WorkerUnit::AbandonSuccession(std::uint32_t index) {
  auto node = successors_.extract(index);
  return node.empty() ? nullptr : std::move(node.mapped());
}

bool WorkerUnit::IsSuccessor(const Process& process) const {
  const auto successor = successors_.find(process.index());
  return successor != successors_.end() && successor->second.get() == &process;
}

// Both accept from the place's own sockets at this moment; what else the one before has goes to siblings.
void WorkerUnit::TakePlace(std::uint32_t index) {
  std::unique_ptr<Process>& place = processes_.at(index);
  sharing_.Leave(*place);
  predecessors_[index] = std::exchange(place, std::move(successors_.at(index)));
  successors_.erase(index);
}

bool WorkerUnit::UpToDate() const {
  return std::all_of(processes_.begin(), processes_.end(), [&](const auto& entry) {
    const auto applied = applied_.find(entry.first);
    return !entry.second->serving() || (applied != applied_.end() && applied->second == version_);
  });
}

void WorkerUnit::OnConnected(Process& process) {
  if (IsSuccessor(process) || !process.serving() || applied_[process.index()] != version_)
    return Configure(process);
  sharing_.Remind(process);
}

// Brings a process that has just come to the running revision, by the same two steps as a transaction.
void WorkerUnit::Configure(Process& process) {
  const std::uint64_t transaction = ++context_.transaction;
  internal::Prepare prepare =
      MakePrepare(context_, {transaction, context_.revision, settings_, context_.running->node()});
  std::vector<UniqueFd> descriptors;
  for (const std::string& transport : settings_.transports) {
    const auto endpoint = context_.sockets.Find(transport);
    if (endpoint == nullptr || endpoint->sockets.empty()) continue;
    const std::size_t index = process.index() % endpoint->sockets.size();
    const int socket = endpoint->sockets[index].fd.get();
    if (process.Holds({transport, static_cast<std::uint32_t>(index), net::SocketCookie(socket)})) continue;
    if (!AddSocket({transport, index, endpoint->address, socket}, prepare, descriptors)) {
      return process.FailToServe("the supervisor is out of file descriptors");
    }
  }
  const std::uint64_t version = version_;
  const Status sent =
      process.Prepare(std::move(prepare), std::move(descriptors),
                      [this, &process, transaction, version](const Process::Answer& answer) {
                        if (answer.status.ok()) return CommitTo(process, transaction, version);
                        log::Error("supervisor", "a worker process cannot take the running revision",
                                   {{"worker", settings_.id},
                                    {"process", process.index()},
                                    {"error", Message(answer.status)},
                                    {"path", answer.path}});
                        process.FailToServe(std::string(Message(answer.status)));
                      });
  if (!sent.ok()) process.FailToServe(std::string(Message(sent)));
}

void WorkerUnit::CommitTo(Process& process, std::uint64_t transaction, std::uint64_t version) {
  internal::Commit commit;
  commit.set_transaction(transaction);
  const Status sent = process.Commit(commit, [this, &process, version](const Process::Answer& answer) {
    if (!answer.status.ok()) return process.FailToServe(std::string(Message(answer.status)));
    if (version != version_) return Configure(process);  // the revision changed meanwhile
    Committed(process, settings_.transports);
    Rebalance();
  });
  if (!sent.ok()) process.FailToServe(std::string(Message(sent)));
}

void WorkerUnit::Committed(Process& process, const std::vector<std::string>& transports) {
  const std::uint32_t index = process.index();
  if (IsSuccessor(process)) TakePlace(index);
  applied_[index] = version_;
  leaving_.erase(index);
  for (const std::string& transport : transports) sharing_.Received(index, transport);
  if (process.state() == ProcessState::kStarting) {
    process.MarkRunning();
    log::Info("supervisor", "worker process serves",
              {{"worker", settings_.id},
               {"process", index},
               {"pid", process.pid()},
               {"revision", process.revision()}});
  }
  sharing_.Keep(settings_.transports);
  if (context_.on_change) context_.on_change();
}

void WorkerUnit::OnEnded(Process& process) {
  const std::uint32_t index = process.index();
  if (IsSuccessor(process)) {  // the one that is to go serves on
    if (context_.on_change) context_.on_change();
    return;
  }
  sharing_.Ended(index);
  leaving_.erase(index);
  applied_.erase(index);
  Rebalance();
  if (process.state() == ProcessState::kBackoff && context_.on_crash) context_.on_crash();
  if (context_.on_change) context_.on_change();
}

}  // namespace wampgate::supervisor
