#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "web/zip_limits.hpp"

namespace wampgate::web {

/// Which archive, and where it comes from (spec 4.5).
struct ArchiveSource {
  std::string file;                 ///< absolute
  std::string origin;               ///< http or https URL; empty: it is not downloaded
  std::vector<std::string> hashes;  ///< SHA-256, lower-case hexadecimal; empty: any archive
  ZipLimits limits;
  std::chrono::milliseconds download_timeout{300000};
  bool operator==(const ArchiveSource&) const = default;
};

/// `archive` (spec 4.5).
struct ArchiveOptions {
  ArchiveSource source;
  bool cache = false;
  std::string default_object;
  std::string object_prefix;                      ///< without slashes at its ends; empty: the whole archive
  std::map<std::string, std::string> mime_types;  ///< suffix with dot → type; the longest suffix wins
  std::optional<std::string> default_file;        ///< below the prefix
  std::optional<int> cache_timeout = 43200;       ///< seconds; nullopt: no cache headers
  bool operator==(const ArchiveOptions&) const = default;
};

}  // namespace wampgate::web
