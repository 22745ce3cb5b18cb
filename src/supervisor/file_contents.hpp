#pragma once

#include <google/protobuf/map.h>

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
};
/// Looks into the files that a configuration names; called on the loop's thread.
using FileCheck = std::function<std::vector<BrokenFiles>(const config::Node& node)>;

/// What is in the files of a configuration, against what was in them.
struct FileContents {
  FileDigests digests;                  ///< of those that are sound; of a broken one what it was before
  std::vector<config::Change> changes;  ///< of objects whose path is as it was and leads to other content
  config::Problems problems;            ///< of broken ones
};

/// Reads the files. A broken one is an error where a worker is to use it anew: where the running revision
/// names the same, or the node itself, the old content stays in use, or the port stays closed, with a
/// warning.
struct FileHistory {
  const FileDigests& digests;                   ///< of the running revision
  const std::vector<config::NamedFile>& named;  ///< by it
};
FileContents ReadFiles(const std::vector<config::NamedFile>& files, const std::vector<BrokenFiles>& broken,
                       const FileHistory& before, const config::Environment& environment);

/// Puts the changes of files among those of the document.
void AddFileChanges(std::vector<config::Change> of_files, std::vector<config::Change>& changes);

}  // namespace wampgate::supervisor
