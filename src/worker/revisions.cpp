#include "worker/revisions.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace wampgate::worker {
namespace {

constexpr std::string_view kModule = "worker";

bool IsReplaced(const config::Transport& before, const config::Transport& after) {
  // Its address, not its backlog or mode.
  return net::ToString(before.endpoint) != net::ToString(after.endpoint) ||
         before.protocol.index() != after.protocol.index();
}

bool IsReplaced(const proxy::BackendOptions& before, const proxy::BackendOptions& after) {
  return net::ToString(before.endpoint) != net::ToString(after.endpoint) ||
         before.transport.index() != after.transport.index();
}

using Backends = std::map<std::string, const proxy::BackendOptions*>;  // by resource name

void Collect(const std::optional<proxy::TransparentOptions>& transparent, Backends& backends) {
  if (!transparent) return;
  for (const auto& [realm, group] : transparent->by_realm) {
    for (const proxy::BackendOptions& backend : group) backends[backend.name] = &backend;
  }
  for (const proxy::BackendOptions& backend : transparent->fallback) backends[backend.name] = &backend;
}

/// The worker's own, and those of its transports and paths in transparent mode.
Backends BackendsOf(const Snapshot& snapshot) {
  Backends backends;
  for (const auto& [id, backend] : snapshot.worker().backends) backends[backend.name] = &backend;
  for (const auto& [name, part] : snapshot.transports()) {
    const auto& protocol = part->settings->protocol;
    if (const auto* raw = config::RawSocketOf(*part->settings)) Collect(raw->transparent, backends);
    if (const auto* ws = std::get_if<config::WampWebSocket>(&protocol)) Collect(ws->transparent, backends);
    for (const auto& [path, service] : part->services) {
      const auto* ws = std::get_if<config::WampWebSocket>(&service.settings->service);
      if (ws != nullptr) Collect(ws->transparent, backends);
    }
  }
  return backends;
}

/// The first transport of the snapshot that would have no socket to accept from; empty if all have one.
std::string WithoutSocket(const Snapshot& snapshot, const TransportSet& transports,
                          const std::vector<PassedSocket>& sockets) {
  for (const auto& [name, part] : snapshot.transports()) {
    const bool passed = std::any_of(sockets.begin(), sockets.end(),
                                    [&name](const PassedSocket& socket) { return socket.transport == name; });
    if (!passed && !transports.Listens(name)) return name;
  }
  return "";
}

/// The message of the worker without the routes that stay.
v1::Node TakeChangedNode(internal::NodeDelta& delta, Snapshot::Settings& settings) {
  v1::Node node = std::move(*delta.mutable_rest());
  auto& removed = settings.removed_routes.emplace();
  for (internal::RouteChange& route : *delta.mutable_routes()) {
    if (!route.has_targets()) {
      removed.emplace_back(route.realm(), route.role());
    } else if (node.workers_size() > 0) {
      auto& realm = (*node.mutable_workers(0)->mutable_proxy()->mutable_routes())[route.realm()];
      (*realm.mutable_roles())[route.role()] = std::move(*route.mutable_targets());
    }
  }
  return node;
}

Snapshot::Result Resolve(const ResolveNode& resolve, internal::Prepare prepare, PartFactory& factory,
                         const std::shared_ptr<const Snapshot>& previous) {
  if (prepare.has_delta() && (!previous || previous->revision() != prepare.base())) {
    return {nullptr, "another revision is applied here than the one that the changes are for", "",
            Snapshot::Result::Base::kIsAnother};
  }
  Snapshot::Settings settings;
  const v1::Node node = prepare.has_delta() ? TakeChangedNode(*prepare.mutable_delta(), settings)
                                            : std::move(*prepare.mutable_node());
  Resolution resolution = resolve(node, prepare.node_directory());
  if (!resolution.node) return {nullptr, std::move(resolution.error), std::move(resolution.error_path)};
  settings.node = *std::move(resolution.node);
  return Snapshot::Build(prepare.revision(), std::move(settings), factory, previous);
}

}  // namespace

void Revisions::Prepare(internal::Prepare prepare, std::vector<UniqueFd> descriptors) {
  const std::uint64_t transaction = prepare.transaction();
  Forget(transaction);
  forgotten_ = 0;
  Pending& pending = pending_[transaction];
  pending.made_for = prepare.made_for();
  pending.number = ++last_number_;
  pending.sockets = PairSockets(prepare.sockets(), std::move(descriptors));
  auto result = std::make_shared<Snapshot::Result>();
  auto request = std::make_shared<internal::Prepare>(std::move(prepare));
  around_.helper.RunAlways(
      [result, request, previous = current_, &resolve = around_.resolve, &factory = around_.factory] {
        *result = Resolve(resolve, std::move(*request), factory, previous);  // and frees the message here
      },
      [this, transaction, number = pending.number, result] {
        Built(transaction, number, std::move(*result));
      });
}

void Revisions::Built(std::uint64_t transaction, std::uint64_t number, Snapshot::Result result) {
  const auto found = pending_.find(transaction);
  if (found == pending_.end() || found->second.number != number) {  // discarded meanwhile
    around_.helper.Release(std::move(result.snapshot));
    return;
  }
  if (result.snapshot) {
    const std::string lacking = WithoutSocket(*result.snapshot, around_.transports, found->second.sockets);
    if (!lacking.empty()) {
      result.error = "no listening socket was passed for the transport";
      result.error_path = lacking;
      around_.helper.Release(std::exchange(result.snapshot, nullptr));
    }
  }
  const bool wants_whole = result.base == Snapshot::Result::Base::kIsAnother;
  std::optional<std::uint64_t> prepared_revision;
  if (!result.snapshot) {
    if (!wants_whole) {
      log::Warning(kModule, "a revision was refused", {{"error", result.error}, {"path", result.error_path}});
    }
    pending_.erase(found);
  } else {
    prepared_revision = result.snapshot->revision();
    found->second.snapshot = std::move(result.snapshot);
  }
  internal::Frame frame;
  internal::Prepared& prepared = *frame.mutable_prepared();
  prepared.set_transaction(transaction);
  prepared.set_error(result.error);
  prepared.set_error_path(result.error_path);
  prepared.set_wants_whole(wants_whole);
  around_.send(frame);
  if (prepared_revision) log::Debug(kModule, "revision prepared", {{"revision", *prepared_revision}});
}

void Revisions::Commit(const internal::Commit& commit) {
  const auto found = pending_.find(commit.transaction());
  if (found == pending_.end() || !found->second.snapshot) {
    log::Warning(kModule, "the supervisor committed a transaction that is not prepared here",
                 {{"transaction", commit.transaction()}, {"revision", applied()}});
  } else {
    Pending pending = std::move(found->second);
    pending_.erase(found);
    std::shared_ptr<const Snapshot> before = std::exchange(current_, pending.snapshot);
    made_for_ = std::move(pending.made_for);
    around_.factory.Commit(current_->worker_part());
    around_.transports.Apply(*current_, std::move(pending.sockets));
    const bool closes = commit.removal() == internal::Commit::CLOSE;
    if (before && (closes || around_.tunnels.opening() > 0)) {
      const std::set<std::string, std::less<>> removed = RemovedParts(*before, *current_);
      // Whoever still waits for a backend has no session that could be kept or drained.
      for (const std::string& name : removed) around_.tunnels.Cancel(name);
      if (closes) EndSessionsOf(removed);
    }
    around_.helper.Release(std::move(before));
    if (around_.on_applied) around_.on_applied(*current_->node());
    log::Info(kModule, "revision applied",
              {{"revision", applied()}, {"transports", around_.transports.size()}});
  }
  internal::Frame frame;
  frame.mutable_committed()->set_transaction(commit.transaction());
  frame.mutable_committed()->set_revision(applied());
  around_.send(frame);
}

void Revisions::Discard(std::uint64_t transaction) {
  Forget(transaction);
}

void Revisions::DiscardAll() {
  for (const auto& [transaction, pending] : pending_) {
    if (pending.snapshot) forgotten_ = pending.snapshot->revision();
  }
  while (!pending_.empty()) Forget(pending_.begin()->first);
}

void Revisions::Forget(std::uint64_t transaction) {
  const auto found = pending_.find(transaction);
  if (found == pending_.end()) return;
  around_.helper.Release(std::move(found->second.snapshot));
  pending_.erase(found);
}

void Revisions::EndSessionsOf(const std::set<std::string, std::less<>>& removed) {
  if (removed.empty()) return;
  around_.sessions.ForEach([&removed](wamp::Session& session) {
    if (removed.contains(session.details().transport) || removed.contains(session.backend())) {
      session.End(EndReason::kClosedByOperator);
    }
  });
  for (const std::string& name : removed) around_.echoes.Close(name);
}

std::set<std::string, std::less<>> RemovedParts(const Snapshot& before, const Snapshot& after) {
  std::set<std::string, std::less<>> removed;
  for (const auto& [name, part] : before.transports()) {
    const std::shared_ptr<const TransportPart> successor = after.Find(name);
    const bool replaced = !successor || IsReplaced(*part->settings, *successor->settings);
    if (replaced) removed.insert(name);
    for (const auto& [path, service] : part->services) {
      const ServicePart* now = nullptr;
      if (!replaced) {
        const auto found = successor->services.find(path);
        if (found != successor->services.end()) now = &found->second;
      }
      if (now == nullptr || now->settings->service.index() != service.settings->service.index()) {
        removed.insert(path);
      }
    }
  }
  const Backends present = BackendsOf(after);
  for (const auto& [name, backend] : BackendsOf(before)) {
    const auto found = present.find(name);
    if (found == present.end() || IsReplaced(*backend, *found->second)) removed.insert(name);
  }
  return removed;
}

std::vector<PassedSocket> PairSockets(
    const google::protobuf::RepeatedPtrField<internal::ListenSocket>& sockets,
    std::vector<UniqueFd> descriptors) {
  std::vector<PassedSocket> paired;
  const auto count = std::min<std::size_t>(static_cast<std::size_t>(sockets.size()), descriptors.size());
  for (std::size_t i = 0; i < count; ++i) {
    const internal::ListenSocket& socket = sockets[static_cast<int>(i)];
    paired.push_back({socket.transport(), {socket.index(), socket.address(), std::move(descriptors[i])}});
  }
  return paired;
}

}  // namespace wampgate::worker
