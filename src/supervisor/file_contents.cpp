#include "supervisor/file_contents.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/sha.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/status.hpp"
#include "base/whole_file.hpp"
#include "config/document_index.hpp"

namespace wampgate::supervisor {
namespace {

/// An archive may be too long to be read here: what its size and times say then counts for its content.
StatusOr<std::string> ContentOf(const config::NamedFile& file, const std::string& path) {
  struct stat state{};
  const bool is_long = ::stat(path.c_str(), &state) == 0 && S_ISREG(state.st_mode) &&
                       static_cast<std::size_t>(state.st_size) > kLargestNamedFile;
  if (!is_long || !file.may_be_long) return ReadWholeFile(path);
  return fmt::format("{} octets of {}.{} in {}", state.st_size, state.st_mtim.tv_sec, state.st_mtim.tv_nsec,
                     state.st_ino);
}

StatusOr<std::string> DigestOf(const config::NamedFile& file, const std::string& path) {
  WAMPGATE_ASSIGN_OR_RETURN(const std::string content, ContentOf(file, path));
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest);
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

std::string Shown(const config::NamedFile& file, const std::string& digest) {
  return fmt::format("{} (sha256 {})", config::Quote(file.path), digest.substr(0, 16));
}

/// What the file is part of; null: of nothing that is broken.
const BrokenFiles* GroupOf(const config::NamedFile& file, const std::vector<BrokenFiles>& broken) {
  const auto found = std::find_if(broken.begin(), broken.end(), [&](const BrokenFiles& group) {
    return group.object == file.object && config::IsWithin(file.field, group.field);
  });
  return found == broken.end() ? nullptr : &*found;
}

/// The field that the reason begins with, or the one of the file whose absolute path it begins with.
std::string PlaceOf(const BrokenFiles& group, const std::vector<config::NamedFile>& files,
                    const config::Environment& environment) {
  for (const config::NamedFile& file : files) {
    const bool is_in_group = file.object == group.object && config::IsWithin(file.field, group.field);
    if (is_in_group && group.reason.starts_with(environment.Absolute(file.path) + ":")) return file.Place();
  }
  const std::string place = group.object + ": " + group.field;
  for (const std::string_view field : {"ciphers", "hostname"}) {
    if (group.reason.starts_with(fmt::format("{}:", field))) return fmt::format("{}.{}", place, field);
  }
  return place;
}

config::Problem Refusal(const std::string& place, const std::string& why) {
  const bool is_field = place.ends_with(".ciphers") || place.ends_with(".hostname");
  return {.severity = config::Severity::kError,
          .path = place,
          .message = fmt::format("{}; nothing is changed: {}", why,
                                 is_field ? "correct the value" : "repair the file or name another one")};
}

config::Problem Warning(const std::string& place, const std::string& why, bool was_known) {
  return {.severity = config::Severity::kWarning,
          .path = place,
          .message = fmt::format(
              "{}; {}", why,
              was_known ? "what was in it before stays in use: repair it, then `wampgatectl reload`"
                        : "repair it, then `wampgatectl reload`")};
}

}  // namespace

FileContents ReadFiles(const std::vector<config::NamedFile>& files, const std::vector<BrokenFiles>& broken,
                       const FileDigests& before, const config::Environment& environment) {
  FileContents contents;
  for (const BrokenFiles& group : broken) {
    const std::string place = PlaceOf(group, files, environment);
    contents.problems.push_back(group.group == BrokenFiles::Group::kNew ? Refusal(place, group.reason)
                                                                        : Warning(place, group.reason, true));
  }
  for (const config::NamedFile& file : files) {
    const auto known = before.find(file.path);
    const bool was_known = known != before.end();
    const StatusOr<std::string> digest = DigestOf(file, environment.Absolute(file.path));
    const bool is_missing = digest.status().code() == StatusCode::kNotFound;
    if (is_missing && file.comes_later) continue;
    const BrokenFiles* const group = GroupOf(file, broken);
    if (group != nullptr || !digest.ok()) {
      if (was_known) contents.digests[file.path] = known->second;
      if (group != nullptr) continue;  // told above
      const std::string why = fmt::format("{} {}", file.path, Message(digest.status()));
      const bool is_archive = file.may_be_long;
      const bool is_warning = was_known || is_archive || file.object == "node";
      contents.problems.push_back(is_warning ? Warning(file.Place(), why, was_known)
                                             : Refusal(file.Place(), why));
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
