#pragma once

#include <map>
#include <optional>
#include <string>

namespace wampgate::web {

/// `static` (spec 4.4).
struct StaticOptions {
  std::string directory;  ///< absolute
  bool enable_directory_listing = false;
  std::map<std::string, std::string> mime_types;  ///< suffix with dot → type; the longest suffix wins
  std::optional<int> cache_timeout = 43200;       ///< seconds; nullopt: no cache headers
  std::optional<std::string> default_file;
  bool show_dot_files = false;   ///< ours: names that begin with '.', besides .well-known
  bool follow_symlinks = false;  ///< ours: out of the root
  bool operator==(const StaticOptions&) const = default;
};

/// `json` (spec 4.7).
struct JsonOptions {
  std::string compact;  ///< the value, serialized
  std::string pretty;
  bool prettify = false;
  bool allow_cross_origin = true;
  bool discourage_caching = false;
  bool operator==(const JsonOptions&) const = default;
};

/// `redirect` (spec 4.8).
struct RedirectOptions {
  std::string url;
  bool operator==(const RedirectOptions&) const = default;
};

/// `metrics` (ours) has none of its own.
struct MetricsOptions {
  bool operator==(const MetricsOptions&) const = default;
};

/// `health` (ours).
struct HealthOptions {
  enum class Check : unsigned char {
    kReady,  ///< every worker of the node serves, and it does not drain
    kAlive,  ///< this process runs
  };
  Check check = Check::kReady;
  bool operator==(const HealthOptions&) const = default;
};

/// `nodeinfo` (spec 4.6) has none of its own.
struct NodeInfoOptions {
  bool operator==(const NodeInfoOptions&) const = default;
};

}  // namespace wampgate::web
