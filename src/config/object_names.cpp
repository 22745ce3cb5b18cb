// Which objects there are.
#include "config/document_objects.hpp"

namespace wampgate::config {
namespace {

using Paths = google::protobuf::Map<std::string, v1::Path>;

bool Matches(const std::string& wanted, const std::string& id) {
  return wanted == "-" || wanted == id;
}

/// All paths below `above` that lie in `parent`.
void AddPaths(const Paths& level, const ObjectName& above, const ObjectName& parent,
              std::vector<ObjectName>& names) {
  const std::size_t depth = above.paths.size();
  for (const auto& [key, path] : level) {
    ObjectName name = above;
    name.kind = ObjectName::Kind::kPath;
    name.paths.push_back(path.has_id() ? path.id() : key);
    if (depth < parent.paths.size() && !Matches(parent.paths[depth], name.paths.back())) continue;
    if (depth >= parent.paths.size()) names.push_back(name);
    AddPaths(path.path().paths(), name, parent, names);
  }
}

}  // namespace

std::vector<ObjectName> DocumentObjects::NamesIn(const ObjectName& parent, ObjectName::Kind kind) const {
  std::vector<ObjectName> names;
  const std::vector<std::string>& workers = WorkerIds();
  for (std::size_t i = 0; i < workers.size(); ++i) {
    if (Matches(parent.worker, workers[i])) AddNamesIn(static_cast<int>(i), parent, kind, names);
  }
  return names;
}

void DocumentObjects::AddNamesIn(int index, const ObjectName& parent, ObjectName::Kind kind,
                                 std::vector<ObjectName>& names) const {
  const v1::Worker& worker = document_.workers(index);
  const ObjectName base{.kind = kind, .worker = WorkerIds()[static_cast<std::size_t>(index)]};
  const auto add = [&](std::string ObjectName::* part, const std::string& id) {
    names.push_back(base);
    names.back().*part = id;
  };
  const bool in_transports = kind == ObjectName::Kind::kTransport || kind == ObjectName::Kind::kPath;
  for (int i = 0; in_transports && i < worker.transports_size(); ++i) {
    const std::string& id = TransportIds(index)[static_cast<std::size_t>(i)];
    if (kind == ObjectName::Kind::kTransport) {
      add(&ObjectName::transport, id);
    } else if (Matches(parent.transport, id)) {
      const ObjectName above{.kind = ObjectName::Kind::kTransport, .worker = base.worker, .transport = id};
      for (const Paths* level : PathLevels(worker.transports(i))) AddPaths(*level, above, parent, names);
    }
  }
  if (kind == ObjectName::Kind::kBackend) {
    for (const auto& [id, connection] : worker.proxy().connections()) add(&ObjectName::backend, id);
    for (const std::string& id : BackendIds(worker.proxy())) add(&ObjectName::backend, id);
  }
  if (kind != ObjectName::Kind::kRoute) return;
  for (const auto& [realm, routes] : worker.proxy().routes()) {
    for (const auto& [role, targets] : routes.roles()) {
      add(&ObjectName::realm, realm);
      names.back().role = role;
    }
  }
}

}  // namespace wampgate::config
