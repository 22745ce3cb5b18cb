#pragma once

#include <google/protobuf/map.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "config/diff.hpp"
#include "config/environment.hpp"
#include "config/named_files.hpp"
#include "config/problem.hpp"
#include "config/resolved.hpp"

namespace wampgate::supervisor {

/// By path as it is spelled: SHA-256, hexadecimal.
using FileDigests = google::protobuf::Map<std::string, std::string>;

/// Files that can be read but are not what they should be.
struct BrokenFiles {
  std::string object;  ///< resource name
  std::string field;   ///< within it: these files, or the group that they are of
  std::string reason;
  /// Whether the running revision has the same group, with all that it is made of: what was read of it then
  /// stays in use. Otherwise there is nothing that could.
  enum class Group : std::uint8_t { kAsBefore, kNew };
  Group group = Group::kAsBefore;
};
/// Looks into the files that a configuration names; called on the loop's thread.
using FileCheck = std::function<std::vector<BrokenFiles>(const config::Node& node)>;

/// What is in the files of a configuration, against what was in them.
struct FileContents {
  FileDigests digests;                  ///< of those that are sound; of a broken one what it was before
  std::vector<config::Change> changes;  ///< of objects whose path is as it was and leads to other content
  config::Problems problems;            ///< of broken ones
};

/// Reads the files. A group that is broken and new is an error, once, at the field that its reason is about.
/// Of one that is as before, and of the node itself, each file is a warning: the old content stays in use, or
/// the port stays closed. So is an archive: its path answers 503. `before`: of the running revision.
FileContents ReadFiles(const std::vector<config::NamedFile>& files, const std::vector<BrokenFiles>& broken,
                       const FileDigests& before, const config::Environment& environment);

/// Puts the changes of files among those of the document.
void AddFileChanges(std::vector<config::Change> of_files, std::vector<config::Change>& changes);

}  // namespace wampgate::supervisor
