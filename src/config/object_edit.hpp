#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "config/document_objects.hpp"

namespace wampgate::config {

/// Puts objects into a document and takes them out, by name. Objects keep their names: one that would be
/// called otherwise gets its name as `id`.
class ObjectEdit {
 public:
  /// Both outlive it. Nobody else changes the document meanwhile.
  ObjectEdit(v1::Node& document, const Environment& environment)
      : document_(document), objects_(document, environment) {}

  const DocumentObjects& objects() const { return objects_; }

  /// Whether an object of that name can be there: NOT_FOUND if what it lies in is not there,
  /// FAILED_PRECONDITION if that is of a kind that has no such objects.
  Status CheckParent(const ObjectName& name) const;
  /// Makes `object`, of a type that fits the name, the object of that name; CheckParent holds if there is
  /// none yet. INVALID_ARGUMENT if the object names itself otherwise; nothing has changed then.
  Status Place(const ObjectName& name, const google::protobuf::Message& object);
  /// Takes an object that is there out.
  void Remove(const ObjectName& name);
  /// Names of the objects that got an id because one before them went.
  const std::vector<std::string>& pinned() const { return pinned_; }

 private:
  v1::Worker& Worker(const std::string& id);
  google::protobuf::Map<std::string, v1::Path>& Level(const ObjectName& path);
  Status PlaceWorker(const ObjectName& name, const v1::Worker& worker);
  Status PlaceTransport(const ObjectName& name, const v1::Transport& transport);
  Status PlacePath(const ObjectName& name, const v1::Path& path);
  Status PlaceBackend(const ObjectName& name, const google::protobuf::Message& backend);
  void RemoveWorker(const ObjectName& name);
  void RemoveTransport(const ObjectName& name);
  void RemoveBackend(const ObjectName& name);
  void RemoveRoute(const ObjectName& name);

  v1::Node& document_;
  DocumentObjects objects_;
  std::vector<std::string> pinned_;
};

/// An object of the kind without any field; a Connection for a backend.
std::unique_ptr<google::protobuf::Message> EmptyObject(ObjectName::Kind kind);

}  // namespace wampgate::config
