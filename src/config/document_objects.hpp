#pragma once

#include <google/protobuf/message.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/environment.hpp"
#include "config/object_name.hpp"
#include "config/problem.hpp"
#include "wampgate/v1/config.pb.h"

namespace wampgate::config {

/// The objects of a document by their names, also of those that are named by their place or address. Reads
/// only; after the document was changed elsewhere, Forget.
class DocumentObjects {
 public:
  /// Both outlive it.
  DocumentObjects(const v1::Node& document, const Environment& environment)
      : document_(document), environment_(environment) {}

  /// Worker, Transport, Path, Connection, WorkerBackend or RouteTargets; null: none of that name.
  const google::protobuf::Message* Find(const ObjectName& name) const;
  const v1::Worker* FindWorker(const std::string& id) const;
  const v1::Transport* FindTransport(const ObjectName& name) const;
  /// The paths that the parent of a path has; null if there is no such parent or it can have none.
  const google::protobuf::Map<std::string, v1::Path>* FindLevel(const ObjectName& path) const;

  /// Where the level of a path is spelled in its transport or path: "paths", of a universal transport
  /// "websocket" or "web.paths".
  Where PlaceOfLevel(const ObjectName& path, const Where& parent) const;

  /// The key of a path in its level: its name may be another one, its `id`.
  static std::optional<std::string> KeyOf(const google::protobuf::Map<std::string, v1::Path>& level,
                                          const std::string& id);
  int WorkerIndex(const std::string& id) const;      ///< -1: none
  int TransportIndex(const ObjectName& name) const;  ///< -1: none
  int BackendIndex(const ObjectName& name) const;    ///< in the worker's `backends`; -1: none
  /// In the document's order.
  const std::vector<std::string>& WorkerIds() const;
  const std::vector<std::string>& TransportIds(int worker) const;

  /// The names of all objects of that kind in `parent`, whose parts may be "-" for any; paths on all levels.
  std::vector<ObjectName> NamesIn(const ObjectName& parent, ObjectName::Kind kind) const;

  /// Workers have come, gone or got another id; the same of transports.
  void Forget() {
    workers_.reset();
    transports_.clear();
  }

 private:
  void AddNamesIn(int worker, const ObjectName& parent, ObjectName::Kind kind,
                  std::vector<ObjectName>& names) const;

  const v1::Node& document_;
  const Environment& environment_;
  mutable std::optional<std::vector<std::string>> workers_;
  mutable std::map<int, std::vector<std::string>> transports_;  // by worker's index
};

/// The topmost paths of a transport, of any type: all there can be, also those that are empty.
std::array<const google::protobuf::Map<std::string, v1::Path>*, 3> PathLevels(const v1::Transport& transport);

/// The ids of a worker's `backends`, in order: their own, else "backend001", "backend002", … counted over
/// those without one.
std::vector<std::string> BackendIds(const v1::ProxyWorker& proxy);

}  // namespace wampgate::config
