#include "config/node_delta.hpp"

#include <google/protobuf/util/field_mask_util.h>

#include <map>
#include <string_view>

#include "config/environment.hpp"
#include "config/resolve_worker.hpp"
#include "config/spelling.hpp"

namespace wampgate::config {
namespace {

using Routes = google::protobuf::Map<std::string, v1::RealmRoutes>;

/// Makes `copy`, which is empty, equal to `message` but for one field, without copying that first.
void CopyAllBut(const FieldDescriptor* left_out, const Message& message, Message& copy) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  google::protobuf::FieldMask rest;
  for (const FieldDescriptor* field : fields) {
    if (field != left_out) rest.add_paths(field->name());
  }
  if (!rest.paths().empty()) google::protobuf::util::FieldMaskUtil::MergeMessageTo(message, rest, {}, &copy);
}

const v1::RouteTargets* FindRoute(const v1::Worker& worker, const ObjectName& name) {
  const auto realm = worker.proxy().routes().find(name.realm);
  if (realm == worker.proxy().routes().end()) return nullptr;
  const auto role = realm->second.roles().find(name.role);
  return role == realm->second.roles().end() ? nullptr : &role->second;
}

std::map<std::string, int> IndexOfWorkers(const v1::Node& document) {
  std::map<std::string, int> indices;
  const std::vector<std::string> ids = WorkerIds(document);
  for (std::size_t i = 0; i < ids.size(); ++i) indices.emplace(ids[i], static_cast<int>(i));
  return indices;
}

void Make(internal::RouteChange& change, Routes& routes) {
  if (change.has_targets()) {
    (*routes[change.realm()].mutable_roles())[change.role()].Swap(change.mutable_targets());
    return;
  }
  const auto realm = routes.find(change.realm());
  if (realm == routes.end()) return;
  realm->second.mutable_roles()->erase(change.role());
  if (realm->second.roles().empty()) routes.erase(realm);
}

}  // namespace

v1::Node WithoutRoutes(const v1::Node& document) {
  v1::Node rest;
  CopyAllBut(v1::Node::descriptor()->FindFieldByNumber(v1::Node::kWorkersFieldNumber), document, rest);
  for (const v1::Worker& worker : document.workers()) {
    v1::Worker& copy = *rest.add_workers();
    const auto proxy = v1::Worker::kProxyFieldNumber;
    CopyAllBut(v1::Worker::descriptor()->FindFieldByNumber(proxy), worker, copy);
    if (!worker.has_proxy()) continue;
    const auto routes = v1::ProxyWorker::kRoutesFieldNumber;
    CopyAllBut(v1::ProxyWorker::descriptor()->FindFieldByNumber(routes), worker.proxy(),
               *copy.mutable_proxy());
  }
  return rest;
}

std::size_t CountRoutes(const v1::Node& document) {
  std::size_t count = 0;
  for (const v1::Worker& worker : document.workers()) {
    for (const auto& [realm, routes] : worker.proxy().routes()) count += routes.roles().size();
  }
  return count;
}

internal::NodeDelta DeltaTo(const v1::Node& document, const std::vector<ObjectName>& routes) {
  internal::NodeDelta delta;
  *delta.mutable_rest() = WithoutRoutes(document);
  const std::map<std::string, int> workers = IndexOfWorkers(document);
  for (const ObjectName& name : routes) {
    internal::RouteChange& change = *delta.add_routes();
    change.set_worker(name.worker);
    change.set_realm(name.realm);
    change.set_role(name.role);
    const auto worker = workers.find(name.worker);
    if (worker == workers.end()) continue;
    if (const auto* targets = FindRoute(document.workers(worker->second), name))
      *change.mutable_targets() = *targets;
  }
  return delta;
}

void ApplyDelta(internal::NodeDelta delta, v1::Node& document) {
  std::map<std::string, Routes> kept;
  for (const auto& [id, index] : IndexOfWorkers(document)) {
    v1::Worker& worker = *document.mutable_workers(index);
    if (worker.has_proxy()) kept[id].swap(*worker.mutable_proxy()->mutable_routes());
  }
  document.Swap(delta.mutable_rest());
  const std::map<std::string, int> workers = IndexOfWorkers(document);
  for (const auto& [id, index] : workers) {
    v1::Worker& worker = *document.mutable_workers(index);
    const auto found = kept.find(id);
    if (worker.has_proxy() && found != kept.end())
      worker.mutable_proxy()->mutable_routes()->swap(found->second);
  }
  for (internal::RouteChange& change : *delta.mutable_routes()) {
    const auto worker = workers.find(change.worker());
    if (worker == workers.end() || !document.workers(worker->second).has_proxy()) continue;
    Make(change, *document.mutable_workers(worker->second)->mutable_proxy()->mutable_routes());
  }
}

}  // namespace wampgate::config
