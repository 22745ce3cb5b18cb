#include "config/object_place.hpp"

#include <algorithm>

#include "config/document_index.hpp"

namespace wampgate::config {
namespace {

using Kind = ObjectName::Kind;

Where WhereOfPath(const DocumentObjects& objects, const ObjectName& name, Where where) {
  ObjectName above = name;
  above.paths.clear();
  for (const std::string& id : name.paths) {
    above.paths.push_back(id);
    const auto* level = objects.FindLevel(above);
    const auto key = level == nullptr ? std::nullopt : DocumentObjects::KeyOf(*level, id);
    where = objects.PlaceOfLevel(above, where).Key(key.value_or(id));
  }
  return where;
}

}  // namespace

std::string PlaceOf(const DocumentObjects& objects, const v1::Node& document, const ObjectName& name) {
  if (objects.Find(name) == nullptr) return "";
  const auto worker = static_cast<std::size_t>(objects.WorkerIndex(name.worker));
  const Where where = Where().Key("workers").Index(worker);
  switch (name.kind) {
    case Kind::kWorker:
      return where.text();
    case Kind::kTransport:
    case Kind::kPath: {
      const auto transport = static_cast<std::size_t>(objects.TransportIndex(name));
      return WhereOfPath(objects, name, where.Key("transports").Index(transport)).text();
    }
    case Kind::kBackend: {
      const auto& proxy = document.workers(static_cast<int>(worker)).proxy();
      if (proxy.connections().contains(name.backend))
        return where.Key("connections").Key(name.backend).text();
      return where.Key("backends").Index(static_cast<std::size_t>(objects.BackendIndex(name))).text();
    }
    case Kind::kRoute:
      break;
  }
  return where.Key("routes").Key(name.realm).Key(name.role).text();
}

void NameByRequest(const std::vector<PlacedObject>& placed, const v1::Node& document,
                   const Environment& environment, Problems& problems) {
  if (problems.empty()) return;
  const DocumentObjects objects(document, environment);
  std::vector<std::pair<std::string, std::string>> places;  // in the document, in the request
  for (const PlacedObject& object : placed) {
    std::string place = PlaceOf(objects, document, object.name);
    if (!place.empty()) places.emplace_back(std::move(place), object.request_key);
  }
  for (Problem& problem : problems) {
    const std::pair<std::string, std::string>* innermost = nullptr;
    for (const auto& candidate : places) {
      if (!IsWithin(problem.path, candidate.first)) continue;
      if (innermost == nullptr || candidate.first.size() >= innermost->first.size()) innermost = &candidate;
    }
    if (innermost != nullptr) problem.path.replace(0, innermost->first.size(), innermost->second);
  }
}

}  // namespace wampgate::config
