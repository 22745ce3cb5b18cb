#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"

namespace wampgate::config {

/// Name of an object that can be changed by itself, taken apart: "workers/w", "workers/w/transports/t",
/// "workers/w/transports/t/paths/p/paths/q", "workers/w/backends/b", "workers/w/routes/realm/role".
struct ObjectName {
  enum class Kind : unsigned char { kWorker, kTransport, kPath, kBackend, kRoute };
  Kind kind = Kind::kWorker;
  // Parts, decoded. Those that a kind does not have are empty.
  std::string worker{};
  std::string transport{};
  std::vector<std::string> paths{};  ///< from the first level down
  std::string backend{};
  std::string realm{};
  std::string role{};

  /// INVALID_ARGUMENT with what was expected. Parts may be percent-encoded or not, except for '/' and '%'.
  static StatusOr<ObjectName> Parse(std::string_view name);
  /// The one spelling of the name.
  std::string ToString() const;
  /// Of the object it lies in: a transport's worker, a nested path's path. Not of a worker.
  ObjectName Parent() const;
  /// The last part; of a route "realm/role".
  std::string Id() const;
};

/// Whether that is the name of an object of one of these kinds.
bool IsOfKind(std::string_view name, std::initializer_list<ObjectName::Kind> kinds);

/// "transport", "path", …
std::string_view ToString(ObjectName::Kind kind);

}  // namespace wampgate::config
