#include "web/directory_listing.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "http/pages.hpp"
#include "http/target.hpp"

namespace wampgate::web {
namespace {

constexpr std::size_t kMostEntries = 10000;

std::optional<ListingEntry> Describe(int directory, const std::string& name, const ListingRules& rules) {
  struct stat state{};
  if (fstatat(directory, name.c_str(), &state, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  if (S_ISLNK(state.st_mode)) {
    const Opened target = OpenBeneath(directory, name, rules.symlinks);
    if (!target.fd || fstat(target.fd.get(), &state) != 0) return std::nullopt;
  }
  if (!S_ISDIR(state.st_mode) && !S_ISREG(state.st_mode)) return std::nullopt;
  return ListingEntry{name, S_ISDIR(state.st_mode), static_cast<std::uint64_t>(state.st_size)};
}

std::string Row(const ListingEntry& entry, const MimeTypes& types) {
  const std::string_view slash = entry.is_directory ? "/" : "";
  const ContentKind kind = entry.is_directory ? ContentKind{"directory", {}} : types.Of(entry.name);
  return fmt::format("<tr><td><a href=\"./{}{}\">{}{}</a></td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                     http::PercentEncode(entry.name), slash, http::EscapeHtml(entry.name), slash,
                     entry.is_directory ? std::string() : fmt::format("{}", entry.size),
                     http::EscapeHtml(kind.type), kind.encoding);
}

}  // namespace

bool IsDotFile(std::string_view name) {
  return name.starts_with('.') && name != ".well-known";
}

std::vector<ListingEntry> ReadDirectory(UniqueFd directory, const ListingRules& rules) {
  std::vector<ListingEntry> entries;
  const int fd = directory.get();
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(fdopendir(fd), closedir);
  if (stream == nullptr) return entries;
  directory.Release();  // the stream's from here
  while (entries.size() < kMostEntries) {
    const dirent* found = readdir(stream.get());
    if (found == nullptr) break;
    const std::string name = found->d_name;
    if (name == "." || name == "..") continue;
    if (rules.dot_files == DotFiles::kHide && IsDotFile(name)) continue;
    if (auto entry = Describe(fd, name, rules)) entries.push_back(*std::move(entry));
  }
  std::sort(entries.begin(), entries.end(), [](const ListingEntry& a, const ListingEntry& b) {
    return a.is_directory != b.is_directory ? a.is_directory : a.name < b.name;
  });
  return entries;
}

std::string ListingPage(std::string_view title, const std::vector<ListingEntry>& entries,
                        const MimeTypes& types, ParentLink parent) {
  std::string page = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Directory listing of "
      "{0}</title>"
      "<style>body{{font:16px/1.5 sans-serif;margin:2em;color:#222}}td,th{{padding:0 1.5em 0 "
      "0;text-align:left}}"
      "</style></head>\n<body><h1>Directory listing of {0}</h1>\n"
      "<table><tr><th>Name</th><th>Size</th><th>Content type</th><th>Encoding</th></tr>\n",
      http::EscapeHtml(title));
  if (parent == ParentLink::kYes)
    page += "<tr><td><a href=\"../\">../</a></td><td></td><td>directory</td><td></td></tr>\n";
  for (const ListingEntry& entry : entries) page += Row(entry, types);
  if (entries.size() == kMostEntries) page += "<tr><td>…</td><td></td><td></td><td></td></tr>\n";
  return page + "</table></body></html>\n";
}

}  // namespace wampgate::web
