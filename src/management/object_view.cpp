#include "management/object_view.hpp"

#include <algorithm>

#include "config/load.hpp"
#include "config/secrets.hpp"
#include "config/spelling.hpp"
#include "config/writer.hpp"

namespace wampgate::management {
namespace {

using config::ObjectName;
using supervisor::ProcessState;
using supervisor::WorkerReport;

/// "websocket-proxy".
std::string TypeOf(const google::protobuf::Message& object) {
  const auto* member = config::SelectedMember(object);
  return member == nullptr ? "" : std::string(config::KeyOf(*member));
}

/// Copies the object into the view's field, and gives its name and etag.
template <typename View, typename Object>
void FillCommon(const ObjectName& name, const Object& object, View& view, Object& place) {
  view.set_name(name.ToString());
  view.set_etag(config::Etag(object));
  place = object;
  config::HideSecrets(place);
}

/// Sessions of the object and of what lies in it.
std::uint64_t SessionsOf(const std::string& object, const std::vector<WorkerReport>& workers) {
  std::uint64_t sessions = 0;
  for (const WorkerReport& worker : workers) {
    if (!object.starts_with(worker.name + "/")) continue;
    for (const auto& [place, count] : worker.sessions_by_transport) {
      if (place == object || place.starts_with(object + "/")) sessions += count;
    }
  }
  return sessions;
}

/// "/api/v1": the keys of the path and those above it.
std::string UrlPath(const config::DocumentObjects& objects, const ObjectName& name) {
  std::string url_path;
  ObjectName above = name;
  above.paths.clear();
  for (const std::string& id : name.paths) {
    above.paths.push_back(id);
    const auto* level = objects.FindLevel(above);
    const auto key = level == nullptr ? std::nullopt : config::DocumentObjects::KeyOf(*level, id);
    if (!key) break;
    url_path += *key == "/" ? "/" : "/" + *key;
  }
  return url_path;
}

/// "unix:/run/router.sock", "tcp:router:8080".
std::string AddressOf(const v1::ClientTransport& transport) {
  const auto& endpoint = transport.endpoint();
  if (endpoint.has_unix_socket()) return "unix:" + endpoint.unix_socket().path();
  if (!endpoint.has_tcp()) return "";
  return "tcp:" + endpoint.tcp().host() + ":" + std::to_string(endpoint.tcp().port());
}

}  // namespace

void FillView(const config::DocumentObjects& objects, const ObjectName& name, v1::TransportView& view) {
  const v1::Transport& transport = *objects.FindTransport(name);
  FillCommon(name, transport, view, *view.mutable_transport());
  view.set_type(TypeOf(transport));
}

void FillView(const config::DocumentObjects& objects, const ObjectName& name, v1::PathView& view) {
  const auto& path = dynamic_cast<const v1::Path&>(*objects.Find(name));
  FillCommon(name, path, view, *view.mutable_path());
  view.set_type(TypeOf(path));
  view.set_url_path(UrlPath(objects, name));
}

void FillView(const config::DocumentObjects& objects, const ObjectName& name, v1::BackendView& view) {
  const google::protobuf::Message& object = *objects.Find(name);
  if (const auto* connection = dynamic_cast<const v1::Connection*>(&object)) {
    FillCommon(name, *connection, view, *view.mutable_connection());
    view.set_address(AddressOf(connection->transport()));
  } else {
    const auto& backend = dynamic_cast<const v1::WorkerBackend&>(object);
    FillCommon(name, backend, view, *view.mutable_worker_backend());
    view.set_address(AddressOf(backend.transport()));
  }
}

void FillView(const config::DocumentObjects& objects, const ObjectName& name, v1::RouteView& view) {
  FillCommon(name, dynamic_cast<const v1::RouteTargets&>(*objects.Find(name)), view, *view.mutable_route());
  view.set_realm(name.realm);
  view.set_role(name.role);
}

void AddStatus(const std::vector<WorkerReport>& workers, v1::TransportView& view) {
  view.set_state(v1::TransportView::NOT_SERVING);
  for (const WorkerReport& worker : workers) {
    const auto address = worker.addresses.find(view.name());
    if (address == worker.addresses.end()) continue;
    view.set_address(address->second);
    const bool serves =
        std::any_of(worker.processes.begin(), worker.processes.end(),
                    [](const auto& process) { return process.state == ProcessState::kRunning; });
    if (serves) view.set_state(v1::TransportView::SERVING);
    if (const auto drain = worker.drains.find(view.name()); drain != worker.drains.end()) {
      view.set_state(drain->second == supervisor::DrainState::kDraining ? v1::TransportView::DRAINING
                                                                        : v1::TransportView::DRAINED);
    }
  }
  view.set_sessions(SessionsOf(view.name(), workers));
}

void AddStatus(const std::vector<WorkerReport>& workers, v1::PathView& view) {
  view.set_sessions(SessionsOf(view.name(), workers));
}

void AddStatus(const std::vector<WorkerReport>& /*workers*/, v1::RouteView& /*view*/) {}

std::string TextOf(const google::protobuf::Message& object, v1::TextFormat format) {
  if (format == v1::NO_TEXT) return "";
  const config::Value document = config::ToDocument(object);
  return format == v1::YAML_TEXT ? config::ToYaml(document) : config::ToJson(document, 2) + "\n";
}

}  // namespace wampgate::management
