#include "config/resources.hpp"

#include <google/protobuf/util/field_mask_util.h>

#include "config/document_objects.hpp"
#include "config/resolve_transport.hpp"
#include "config/resolve_worker.hpp"
#include "config/resource_name.hpp"
#include "config/spelling.hpp"
#include "wampgate/v1/options.pb.h"

namespace wampgate::config {
namespace {

class Collector {
 public:
  Collector(const Environment& environment, Resources& resources)
      : environment_(environment), resources_(resources) {}

  void AddNode(const v1::Node& document) {
    Add("node", "node", document);
    const std::vector<std::string> ids = WorkerIds(document);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      AddWorker(document.workers(static_cast<int>(i)), ResourceName("", "workers", ids[i]));
    }
  }

  void Add(std::string_view kind, const std::string& name, const Message& content) {
    Resource resource{kind, std::unique_ptr<Message>(content.New())};
    CopyWithoutResources(content, *resource.content);
    resources_.emplace(name, std::move(resource));
  }

  void AddWorker(const v1::Worker& worker, const std::string& name) {
    Add("worker", name, worker);
    const std::vector<std::string> ids = TransportIds(worker, environment_);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      AddTransport(worker.transports(static_cast<int>(i)), ResourceName(name, "transports", ids[i]));
    }
    AddProxy(worker.proxy(), name);
    for (const v1::Realm& realm : worker.router().realms()) {
      Add("realm", ResourceName(name, "realms", realm.name()), realm);
    }
  }

  void AddTransport(const v1::Transport& transport, const std::string& name) {
    Add("transport", name, transport);
    AddPaths(transport.web().paths(), name);
    AddPaths(transport.universal().websocket(), name, "websocket/");
    AddPaths(transport.universal().web().paths(), name);
  }

  void AddPath(const v1::Path& path, const std::string& name, const std::string& key = {}) {
    Add("path", name, path);
    resources_.find(name)->second.key = key;
    AddPaths(path.path().paths(), name);
  }

 private:
  /// `prefix` tells keys of one level from those of another whose paths have the same parent.
  void AddPaths(const google::protobuf::Map<std::string, v1::Path>& paths, const std::string& parent,
                const std::string& prefix = {}) {
    for (const auto& [key, path] : paths) {
      AddPath(path, ResourceName(parent, "paths", path.has_id() ? path.id() : key), prefix + key);
    }
  }

  void AddProxy(const v1::ProxyWorker& proxy, const std::string& name) {
    for (const auto& [id, connection] : proxy.connections())
      Add("backend", ResourceName(name, "backends", id), connection);
    const std::vector<std::string> ids = BackendIds(proxy);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      Add("backend", ResourceName(name, "backends", ids[i]), proxy.backends(static_cast<int>(i)));
    }
    for (const auto& [realm, routes] : proxy.routes()) {
      const std::string parent = ResourceName(name, "routes", realm);
      for (const auto& [role, targets] : routes.roles())
        Add("route", parent + "/" + EncodePart(role), targets);
    }
  }

  const Environment& environment_;
  Resources& resources_;
};

}  // namespace

namespace {

/// Whether it holds one message that has fields with resources.
bool HasResources(const FieldDescriptor& field) {
  if (field.is_repeated() || field.message_type() == nullptr) return false;
  const Descriptor& type = *field.message_type();
  for (int i = 0; i < type.field_count(); ++i) {
    if (!type.field(i)->options().GetExtension(v1::resource).empty()) return true;
  }
  return false;
}

}  // namespace

void CopyWithoutResources(const Message& message, Message& copy) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  const FieldDescriptor* member = SelectedMember(message);
  google::protobuf::FieldMask rest;
  for (const FieldDescriptor* field : fields) {
    if (field == member || HasResources(*field)) {
      CopyWithoutResources(reflection->GetMessage(message, field), *reflection->MutableMessage(&copy, field));
    } else if (field->options().GetExtension(v1::resource).empty()) {
      rest.add_paths(field->name());
    }
  }
  if (rest.paths().size() == static_cast<int>(fields.size())) return copy.CopyFrom(message);
  google::protobuf::util::FieldMaskUtil::MergeMessageTo(message, rest, {}, &copy);
}

Resources CollectResources(const v1::Node& document, const Environment& environment) {
  Resources resources;
  Collector(environment, resources).AddNode(document);
  return resources;
}

void CollectUnder(const ObjectName& name, const Message& object, const Environment& environment,
                  Resources& resources) {
  Collector collector(environment, resources);
  switch (name.kind) {
    case ObjectName::Kind::kWorker:
      return collector.AddWorker(dynamic_cast<const v1::Worker&>(object), name.ToString());
    case ObjectName::Kind::kTransport:
      return collector.AddTransport(dynamic_cast<const v1::Transport&>(object), name.ToString());
    case ObjectName::Kind::kPath:
      return collector.AddPath(dynamic_cast<const v1::Path&>(object), name.ToString());
    case ObjectName::Kind::kBackend:
      return collector.Add("backend", name.ToString(), object);
    case ObjectName::Kind::kRoute:
      return collector.Add("route", name.ToString(), object);
  }
}

}  // namespace wampgate::config
