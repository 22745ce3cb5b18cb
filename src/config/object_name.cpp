#include "config/object_name.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/problem.hpp"
#include "config/resource_name.hpp"

namespace wampgate::config {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool DecodePart(std::string_view part, std::string& decoded) {
  decoded.clear();
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] != '%') {
      decoded += part[i];
      continue;
    }
    const int high = i + 2 < part.size() ? HexDigit(part[i + 1]) : -1;
    const int low = i + 2 < part.size() ? HexDigit(part[i + 2]) : -1;
    if (high < 0 || low < 0) return false;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return !decoded.empty();
}

/// Takes the name apart from left to right.
class Parts {
 public:
  explicit Parts(std::string_view text) : rest_(text) {}
  bool empty() const { return rest_.empty(); }
  /// The next part is this collection.
  bool TakeCollection(std::string_view collection) {
    if (!rest_.starts_with(collection) || rest_.substr(collection.size(), 1) != "/") return false;
    rest_.remove_prefix(collection.size() + 1);
    return true;
  }
  /// The next part, decoded.
  bool Take(std::string& part) {
    const std::size_t slash = rest_.find('/');
    if (!DecodePart(rest_.substr(0, slash), part)) return false;
    rest_.remove_prefix(slash == std::string_view::npos ? rest_.size() : slash + 1);
    return slash == std::string_view::npos || !rest_.empty();
  }

 private:
  std::string_view rest_;
};

bool ParseBelowTransport(Parts& parts, ObjectName& name) {
  while (!parts.empty()) {
    name.kind = ObjectName::Kind::kPath;
    if (!parts.TakeCollection("paths") || !parts.Take(name.paths.emplace_back())) return false;
  }
  return true;
}

bool ParseParts(Parts& parts, ObjectName& name) {
  if (!parts.TakeCollection("workers") || !parts.Take(name.worker)) return false;
  if (parts.empty()) return true;
  if (parts.TakeCollection("transports")) {
    name.kind = ObjectName::Kind::kTransport;
    return parts.Take(name.transport) && ParseBelowTransport(parts, name);
  }
  if (parts.TakeCollection("backends")) {
    name.kind = ObjectName::Kind::kBackend;
    return parts.Take(name.backend) && parts.empty();
  }
  name.kind = ObjectName::Kind::kRoute;
  return parts.TakeCollection("routes") && parts.Take(name.realm) && parts.Take(name.role) && parts.empty();
}

}  // namespace

StatusOr<ObjectName> ObjectName::Parse(std::string_view text) {
  ObjectName name;
  Parts parts(text);
  if (ParseParts(parts, name)) return name;
  return InvalidArgument(
      fmt::format("expected workers/W, workers/W/transports/T, workers/W/transports/T/paths/P, "
                  "workers/W/backends/B or workers/W/routes/REALM/ROLE, found {}",
                  Quote(text)));
}

std::string ObjectName::ToString() const {
  std::string text = ResourceName("", "workers", worker);
  if (kind == Kind::kBackend) return ResourceName(text, "backends", backend);
  if (kind == Kind::kRoute) return ResourceName(text, "routes", realm) + "/" + EncodePart(role);
  if (kind != Kind::kWorker) text = ResourceName(text, "transports", transport);
  for (const std::string& path : paths) text = ResourceName(text, "paths", path);
  return text;
}

ObjectName ObjectName::Parent() const {
  ObjectName parent;
  parent.worker = worker;
  if (kind != Kind::kPath) return parent;
  parent.kind = paths.size() > 1 ? Kind::kPath : Kind::kTransport;
  parent.transport = transport;
  parent.paths.assign(paths.begin(), paths.end() - 1);
  return parent;
}

std::string ObjectName::Id() const {
  switch (kind) {
    case Kind::kWorker:
      return worker;
    case Kind::kTransport:
      return transport;
    case Kind::kPath:
      return paths.back();
    case Kind::kBackend:
      return backend;
    case Kind::kRoute:
      break;
  }
  return realm + "/" + role;
}

bool IsOfKind(std::string_view name, std::initializer_list<ObjectName::Kind> kinds) {
  const auto parsed = ObjectName::Parse(name);
  return parsed.ok() && std::find(kinds.begin(), kinds.end(), parsed->kind) != kinds.end();
}

std::string_view ToString(ObjectName::Kind kind) {
  switch (kind) {
    case ObjectName::Kind::kWorker:
      return "worker";
    case ObjectName::Kind::kTransport:
      return "transport";
    case ObjectName::Kind::kPath:
      return "path";
    case ObjectName::Kind::kBackend:
      return "backend";
    case ObjectName::Kind::kRoute:
      break;
  }
  return "route";
}

}  // namespace wampgate::config
