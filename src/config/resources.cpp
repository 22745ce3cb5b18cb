#include "config/resources.hpp"

#include <fmt/format.h>

#include "config/resolve_transport.hpp"
#include "config/resolve_worker.hpp"
#include "config/resource_name.hpp"
#include "config/spelling.hpp"
#include "wampgate/v1/options.pb.h"

namespace wampgate::config {
namespace {

/// Takes the objects with names of their own out of a message.
void ClearResources(Message& message) {
  if (const FieldDescriptor* member = SelectedMember(message)) {
    ClearResources(*message.GetReflection()->MutableMessage(&message, member));
  }
  for (const FieldDescriptor* field : KeyedFields(*message.GetDescriptor())) {
    if (!field->options().GetExtension(v1::resource).empty())
      message.GetReflection()->ClearField(&message, field);
  }
}

class Collector {
 public:
  explicit Collector(const Environment& environment) : environment_(environment) {}

  Resources Collect(const v1::Node& document) {
    Add("node", "node", document);
    const std::vector<std::string> ids = WorkerIds(document);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      AddWorker(document.workers(static_cast<int>(i)), ResourceName("", "workers", ids[i]));
    }
    return std::move(resources_);
  }

 private:
  void Add(std::string_view kind, const std::string& name, const Message& content) {
    Resource resource{kind, std::unique_ptr<Message>(content.New())};
    resource.content->CopyFrom(content);
    ClearResources(*resource.content);
    resources_.emplace(name, std::move(resource));
  }

  void AddWorker(const v1::Worker& worker, const std::string& name) {
    Add("worker", name, worker);
    const std::vector<std::string> ids = TransportIds(worker, environment_);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const v1::Transport& transport = worker.transports(static_cast<int>(i));
      const std::string transport_name = ResourceName(name, "transports", ids[i]);
      Add("transport", transport_name, transport);
      AddPaths(transport.web().paths(), transport_name);
    }
    AddProxy(worker.proxy(), name);
    for (const v1::Realm& realm : worker.router().realms()) {
      Add("realm", ResourceName(name, "realms", realm.name()), realm);
    }
  }

  void AddPaths(const google::protobuf::Map<std::string, v1::Path>& paths, const std::string& parent) {
    for (const auto& [key, path] : paths) {
      const std::string name = ResourceName(parent, "paths", path.has_id() ? path.id() : key);
      Add("path", name, path);
      AddPaths(path.path().paths(), name);
    }
  }

  void AddProxy(const v1::ProxyWorker& proxy, const std::string& name) {
    for (const auto& [id, connection] : proxy.connections())
      Add("backend", ResourceName(name, "backends", id), connection);
    int unnamed = 0;
    for (const v1::WorkerBackend& backend : proxy.backends()) {
      const std::string id = backend.has_id() ? backend.id() : fmt::format("backend{:03}", ++unnamed);
      Add("backend", ResourceName(name, "backends", id), backend);
    }
    for (const auto& [realm, routes] : proxy.routes()) {
      const std::string parent = ResourceName(name, "routes", realm);
      for (const auto& [role, targets] : routes.roles())
        Add("route", parent + "/" + EncodePart(role), targets);
    }
  }

  const Environment& environment_;
  Resources resources_;
};

}  // namespace

Resources CollectResources(const v1::Node& document, const Environment& environment) {
  return Collector(environment).Collect(document);
}

}  // namespace wampgate::config
