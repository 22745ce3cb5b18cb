#include "config/object_edit.hpp"

#include <fmt/format.h>

#include "config/problem.hpp"
#include "config/resource_name.hpp"

namespace wampgate::config {
namespace {

using Kind = ObjectName::Kind;

Status OtherName(const ObjectName& name, std::string_view own) {
  return InvalidArgument(fmt::format("{} cannot get the name {}: delete it and create another one",
                                     name.ToString(), Quote(own)));
}

/// Gives elements whose ids have changed from `before` (without the one at `removed`) their ids back; adds
/// their names, which differ from `name` in `part`, to `pinned`.
template <typename Elements>
void Pin(Elements& elements, std::vector<std::string> before, int removed,
         const std::vector<std::string>& after, ObjectName name, std::string ObjectName::* part,
         std::vector<std::string>& pinned) {
  before.erase(before.begin() + removed);
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] == after[i]) continue;
    elements.Mutable(static_cast<int>(i))->set_id(before[i]);
    name.*part = before[i];
    pinned.push_back(name.ToString());
  }
}

}  // namespace

std::unique_ptr<google::protobuf::Message> EmptyObject(Kind kind) {
  switch (kind) {
    case Kind::kWorker:
      return std::make_unique<v1::Worker>();
    case Kind::kTransport:
      return std::make_unique<v1::Transport>();
    case Kind::kPath:
      return std::make_unique<v1::Path>();
    case Kind::kBackend:
      return std::make_unique<v1::Connection>();
    case Kind::kRoute:
      break;
  }
  return std::make_unique<v1::RouteTargets>();
}

Status ObjectEdit::CheckParent(const ObjectName& name) const {
  if (name.kind == Kind::kWorker) return OkStatus();
  const std::string parent = name.Parent().ToString();
  if (objects_.Find(name.Parent()) == nullptr) return NotFound("there is no " + parent);
  if (name.kind == Kind::kPath && objects_.FindLevel(name) == nullptr) {
    return NotFound(fmt::format(
        "{} has no paths: only a transport of type \"web\" or \"universal\" and a path of type \"path\" do",
        parent));
  }
  const bool needs_proxy = name.kind == Kind::kBackend || name.kind == Kind::kRoute;
  if (needs_proxy && !objects_.FindWorker(name.worker)->has_proxy()) {
    return FailedPrecondition(
        fmt::format("{} is no proxy worker: it has no {}s", parent, ToString(name.kind)));
  }
  return OkStatus();
}

v1::Worker& ObjectEdit::Worker(const std::string& id) {
  return *document_.mutable_workers(objects_.WorkerIndex(id));
}

google::protobuf::Map<std::string, v1::Path>& ObjectEdit::Level(const ObjectName& path) {
  v1::Transport& transport = *Worker(path.worker).mutable_transports(objects_.TransportIndex(path));
  auto* level = transport.has_web() ? transport.mutable_web()->mutable_paths() : nullptr;
  if (level == nullptr) {
    v1::UniversalTransport& universal = *transport.mutable_universal();
    ObjectName top = path;
    top.paths.resize(1);
    const bool is_entry = objects_.FindLevel(top) == &universal.websocket();
    level = is_entry ? universal.mutable_websocket() : universal.mutable_web()->mutable_paths();
  }
  for (std::size_t i = 0; i + 1 < path.paths.size(); ++i) {
    level = level->at(*DocumentObjects::KeyOf(*level, path.paths[i])).mutable_path()->mutable_paths();
  }
  return *level;
}

Status ObjectEdit::Place(const ObjectName& name, const google::protobuf::Message& object) {
  switch (name.kind) {
    case Kind::kWorker:
      return PlaceWorker(name, dynamic_cast<const v1::Worker&>(object));
    case Kind::kTransport:
      return PlaceTransport(name, dynamic_cast<const v1::Transport&>(object));
    case Kind::kPath:
      return PlacePath(name, dynamic_cast<const v1::Path&>(object));
    case Kind::kBackend:
      return PlaceBackend(name, object);
    case Kind::kRoute:
      break;
  }
  auto& roles = *(*Worker(name.worker).mutable_proxy()->mutable_routes())[name.realm].mutable_roles();
  roles[name.role] = dynamic_cast<const v1::RouteTargets&>(object);
  return OkStatus();
}

Status ObjectEdit::PlaceWorker(const ObjectName& name, const v1::Worker& worker) {
  if (worker.has_id() && worker.id() != name.worker) return OtherName(name, worker.id());
  const int index = objects_.WorkerIndex(name.worker);
  const bool is_unnamed = index >= 0 && !document_.workers(index).has_id();
  v1::Worker& place = index < 0 ? *document_.add_workers() : *document_.mutable_workers(index);
  place = worker;
  if (!is_unnamed) place.set_id(name.worker);
  objects_.Forget();
  return OkStatus();
}

Status ObjectEdit::PlaceTransport(const ObjectName& name, const v1::Transport& transport) {
  if (transport.has_id() && transport.id() != name.transport) return OtherName(name, transport.id());
  v1::Worker& worker = Worker(name.worker);
  int index = objects_.TransportIndex(name);
  const bool is_new = index < 0;
  if (is_new) index = worker.transports_size();
  v1::Transport& place = is_new ? *worker.add_transports() : *worker.mutable_transports(index);
  const v1::Transport before = place;
  place = transport;
  objects_.Forget();
  const std::string called =
      objects_.TransportIds(objects_.WorkerIndex(name.worker))[static_cast<std::size_t>(index)];
  if (called == name.transport) return OkStatus();
  if (IsId(name.transport)) {
    place.set_id(name.transport);
    objects_.Forget();
    return OkStatus();
  }
  place = before;
  if (is_new) worker.mutable_transports()->RemoveLast();
  objects_.Forget();
  return OtherName(name, called);
}

Status ObjectEdit::PlacePath(const ObjectName& name, const v1::Path& path) {
  const std::string& id = name.paths.back();
  if (path.has_id() && path.id() != id) return OtherName(name, path.id());
  auto& level = Level(name);
  const std::string key = DocumentObjects::KeyOf(level, id).value_or(id);
  if (key == id && level.contains(key) && level.at(key).has_id() && level.at(key).id() != id) {
    return InvalidArgument(fmt::format("the URL path {} is that of another path, whose id is {}", Quote(key),
                                       Quote(level.at(key).id())));
  }
  v1::Path& place = level[key];
  place = path;
  if (key != id) place.set_id(id);
  return OkStatus();
}

Status ObjectEdit::PlaceBackend(const ObjectName& name, const google::protobuf::Message& backend) {
  v1::ProxyWorker& proxy = *Worker(name.worker).mutable_proxy();
  const auto* worker_backend = dynamic_cast<const v1::WorkerBackend*>(&backend);
  if (worker_backend == nullptr) {
    if (objects_.BackendIndex(name) >= 0) RemoveBackend(name);
    (*proxy.mutable_connections())[name.backend] = dynamic_cast<const v1::Connection&>(backend);
    return OkStatus();
  }
  if (worker_backend->has_id() && worker_backend->id() != name.backend)
    return OtherName(name, worker_backend->id());
  proxy.mutable_connections()->erase(name.backend);
  const int index = objects_.BackendIndex(name);
  const bool is_unnamed = index >= 0 && !proxy.backends(index).has_id();
  v1::WorkerBackend& place = index < 0 ? *proxy.add_backends() : *proxy.mutable_backends(index);
  place = *worker_backend;
  if (!is_unnamed) place.set_id(name.backend);
  return OkStatus();
}

void ObjectEdit::Remove(const ObjectName& name) {
  switch (name.kind) {
    case Kind::kWorker:
      return RemoveWorker(name);
    case Kind::kTransport:
      return RemoveTransport(name);
    case Kind::kPath: {
      auto& level = Level(name);
      level.erase(*DocumentObjects::KeyOf(level, name.paths.back()));
      return;
    }
    case Kind::kBackend:
      return RemoveBackend(name);
    case Kind::kRoute:
      RemoveRoute(name);
  }
}

void ObjectEdit::RemoveWorker(const ObjectName& name) {
  const std::vector<std::string> before = objects_.WorkerIds();
  const int index = objects_.WorkerIndex(name.worker);
  document_.mutable_workers()->DeleteSubrange(index, 1);
  objects_.Forget();
  Pin(*document_.mutable_workers(), before, index, objects_.WorkerIds(), name, &ObjectName::worker, pinned_);
  objects_.Forget();
}

void ObjectEdit::RemoveTransport(const ObjectName& name) {
  const int worker = objects_.WorkerIndex(name.worker);
  const std::vector<std::string> before = objects_.TransportIds(worker);
  const int index = objects_.TransportIndex(name);
  auto& transports = *document_.mutable_workers(worker)->mutable_transports();
  transports.DeleteSubrange(index, 1);
  objects_.Forget();
  Pin(transports, before, index, objects_.TransportIds(worker), name, &ObjectName::transport, pinned_);
  objects_.Forget();
}

void ObjectEdit::RemoveBackend(const ObjectName& name) {
  v1::ProxyWorker& proxy = *Worker(name.worker).mutable_proxy();
  if (proxy.mutable_connections()->erase(name.backend) > 0) return;
  const std::vector<std::string> before = BackendIds(proxy);
  const int index = objects_.BackendIndex(name);
  proxy.mutable_backends()->DeleteSubrange(index, 1);
  Pin(*proxy.mutable_backends(), before, index, BackendIds(proxy), name, &ObjectName::backend, pinned_);
}

void ObjectEdit::RemoveRoute(const ObjectName& name) {
  auto& routes = *Worker(name.worker).mutable_proxy()->mutable_routes();
  auto& roles = *routes[name.realm].mutable_roles();
  roles.erase(name.role);
  if (roles.empty()) routes.erase(name.realm);
}

}  // namespace wampgate::config
