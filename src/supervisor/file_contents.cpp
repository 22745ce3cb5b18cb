#include "supervisor/file_contents.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/sha.h>

#include <algorithm>

#include "base/status.hpp"
#include "base/whole_file.hpp"
#include "config/document_index.hpp"

namespace wampgate::supervisor {
namespace {

StatusOr<std::string> DigestOf(const std::string& path) {
  WAMPGATE_ASSIGN_OR_RETURN(const std::string content, ReadWholeFile(path));
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest);
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

std::string Shown(const config::NamedFile& file, const std::string& digest) {
  return fmt::format("{} (sha256 {})", config::Quote(file.path), digest.substr(0, 16));
}

/// Why the file cannot be used; empty: it can.
std::string WhyBroken(const config::NamedFile& file, const std::vector<BrokenFiles>& broken) {
  for (const BrokenFiles& group : broken) {
    if (group.object == file.object && config::IsWithin(file.field, group.field)) return group.reason;
  }
  return "";
}

}  // namespace

FileContents ReadFiles(const std::vector<config::NamedFile>& files, const std::vector<BrokenFiles>& broken,
                       const FileDigests& before, const config::Environment& environment) {
  FileContents contents;
  for (const config::NamedFile& file : files) {
    const auto known = before.find(file.path);
    const bool was_known = known != before.end();
    const StatusOr<std::string> digest = DigestOf(environment.Absolute(file.path));
    std::string why =
        digest.ok() ? WhyBroken(file, broken) : fmt::format("{} {}", file.path, Message(digest.status()));
    if (!why.empty()) {
      if (was_known) contents.digests[file.path] = known->second;
      contents.warnings.push_back(
          {.severity = config::Severity::kWarning,
           .path = file.object == "node" ? file.field : file.object + ": " + file.field,
           .message = fmt::format(
               "{}; {}", why,
               was_known ? "what was in it before stays in use: repair it, then `wampgatectl reload`"
                         : "repair it, then `wampgatectl reload`")});
      continue;
    }
    contents.digests[file.path] = *digest;
    if (was_known && known->second == *digest) continue;
    contents.changes.push_back({.action = config::Action::kUpdate,
                                .kind = file.kind,
                                .name = file.object,
                                .fields = {{file.field, was_known ? Shown(file, known->second) : "",
                                            Shown(file, *digest), v1::LIVE}}});
  }
  return contents;
}

void AddFileChanges(std::vector<config::Change> of_files, std::vector<config::Change>& changes) {
  for (config::Change& change : of_files) {
    const auto same = std::find_if(changes.begin(), changes.end(),
                                   [&](const config::Change& other) { return other.name == change.name; });
    if (same == changes.end()) {
      changes.insert(std::upper_bound(changes.begin(), changes.end(), change,
                                      [](const auto& a, const auto& b) { return a.name < b.name; }),
                     std::move(change));
      continue;
    }
    const config::FieldChange& field = change.fields.front();
    const bool told =
        std::any_of(same->fields.begin(), same->fields.end(),
                    [&](const config::FieldChange& other) { return other.field == field.field; });
    if (!told) same->fields.push_back(field);  // another path is told already
  }
}

}  // namespace wampgate::supervisor
