#include "config/document_objects.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/resolve_transport.hpp"
#include "config/resolve_worker.hpp"

namespace wampgate::config {
namespace {

int IndexOf(const std::vector<std::string>& ids, const std::string& id) {
  const auto found = std::find(ids.begin(), ids.end(), id);
  return found == ids.end() ? -1 : static_cast<int>(found - ids.begin());
}

}  // namespace

std::vector<std::string> BackendIds(const v1::ProxyWorker& proxy) {
  std::vector<std::string> ids;
  int unnamed = 0;
  for (const v1::WorkerBackend& backend : proxy.backends()) {
    ids.push_back(backend.has_id() ? backend.id() : fmt::format("backend{:03}", ++unnamed));
  }
  return ids;
}

const std::vector<std::string>& DocumentObjects::WorkerIds() const {
  if (!workers_) workers_ = config::WorkerIds(document_);
  return *workers_;
}

const std::vector<std::string>& DocumentObjects::TransportIds(int worker) const {
  const auto [place, is_new] = transports_.try_emplace(worker);
  if (is_new) place->second = config::TransportIds(document_.workers(worker), environment_);
  return place->second;
}

int DocumentObjects::WorkerIndex(const std::string& id) const {
  return IndexOf(WorkerIds(), id);
}

int DocumentObjects::TransportIndex(const ObjectName& name) const {
  const int worker = WorkerIndex(name.worker);
  return worker < 0 ? -1 : IndexOf(TransportIds(worker), name.transport);
}

int DocumentObjects::BackendIndex(const ObjectName& name) const {
  const v1::Worker* worker = FindWorker(name.worker);
  return worker == nullptr ? -1 : IndexOf(BackendIds(worker->proxy()), name.backend);
}

const v1::Worker* DocumentObjects::FindWorker(const std::string& id) const {
  const int index = WorkerIndex(id);
  return index < 0 ? nullptr : &document_.workers(index);
}

const v1::Transport* DocumentObjects::FindTransport(const ObjectName& name) const {
  const int index = TransportIndex(name);
  return index < 0 ? nullptr : &FindWorker(name.worker)->transports(index);
}

std::optional<std::string> DocumentObjects::KeyOf(const google::protobuf::Map<std::string, v1::Path>& level,
                                                  const std::string& id) {
  const auto names = [&](const auto& entry) {
    return entry.second.has_id() ? entry.second.id() == id : entry.first == id;
  };
  if (const auto found = level.find(id); found != level.end() && names(*found)) return id;
  const auto found = std::find_if(level.begin(), level.end(), names);
  return found == level.end() ? std::nullopt : std::optional(found->first);
}

std::array<const google::protobuf::Map<std::string, v1::Path>*, 3> PathLevels(
    const v1::Transport& transport) {
  return {&transport.web().paths(), &transport.universal().websocket(), &transport.universal().web().paths()};
}

namespace {

/// Where a new path of that id would be, too: `web` takes all kinds of them.
const google::protobuf::Map<std::string, v1::Path>* TopLevel(const v1::Transport& transport,
                                                             const std::string& id) {
  if (transport.has_web()) return &transport.web().paths();
  if (!transport.has_universal()) return nullptr;
  const v1::UniversalTransport& universal = transport.universal();
  const bool is_entry = DocumentObjects::KeyOf(universal.websocket(), id).has_value();
  return is_entry || !universal.has_web() ? &universal.websocket() : &universal.web().paths();
}

}  // namespace

Where DocumentObjects::PlaceOfLevel(const ObjectName& path, const Where& parent) const {
  const v1::Transport* transport = FindTransport(path);
  if (path.paths.size() > 1 || transport == nullptr || !transport->has_universal())
    return parent.Key("paths");
  const bool is_entry = FindLevel(path) == &transport->universal().websocket();
  return is_entry ? parent.Key("websocket") : parent.Key("web").Key("paths");
}

const google::protobuf::Map<std::string, v1::Path>* DocumentObjects::FindLevel(const ObjectName& path) const {
  const v1::Transport* transport = FindTransport(path);
  if (transport == nullptr || path.paths.empty()) return nullptr;
  const auto* level = TopLevel(*transport, path.paths.front());
  if (level == nullptr) return nullptr;
  for (std::size_t i = 0; i + 1 < path.paths.size(); ++i) {
    const auto key = KeyOf(*level, path.paths[i]);
    if (!key || !level->at(*key).has_path()) return nullptr;
    level = &level->at(*key).path().paths();
  }
  return level;
}

const google::protobuf::Message* DocumentObjects::Find(const ObjectName& name) const {
  if (name.kind == ObjectName::Kind::kWorker) return FindWorker(name.worker);
  if (name.kind == ObjectName::Kind::kTransport) return FindTransport(name);
  if (name.kind == ObjectName::Kind::kPath) {
    const auto* level = FindLevel(name);
    const auto key = level == nullptr ? std::nullopt : KeyOf(*level, name.paths.back());
    return key ? &level->at(*key) : nullptr;
  }
  const v1::Worker* worker = FindWorker(name.worker);
  if (worker == nullptr) return nullptr;
  if (name.kind == ObjectName::Kind::kBackend) {
    const auto& connections = worker->proxy().connections();
    if (const auto found = connections.find(name.backend); found != connections.end()) return &found->second;
    const int index = BackendIndex(name);
    return index < 0 ? nullptr : &worker->proxy().backends(index);
  }
  const auto& routes = worker->proxy().routes();
  const auto realm = routes.find(name.realm);
  if (realm == routes.end()) return nullptr;
  const auto role = realm->second.roles().find(name.role);
  return role == realm->second.roles().end() ? nullptr : &role->second;
}

}  // namespace wampgate::config
