#include "web/file_tree.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "http/pages.hpp"
#include "web/directory_listing.hpp"
#include "web/file_answer.hpp"
#include "web/served_file.hpp"

namespace wampgate::web {
namespace {

constexpr std::string_view kIndexFiles[] = {"index", "index.html", "index.htm"};

bool CanBeFileName(std::string_view segment) {
  return !segment.empty() && segment != "." && segment != ".." &&
         segment.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos;
}

http::Response Forbidden() {
  return http::ErrorPage(403, "Forbidden Resource", "Sorry. This resource may not be read.");
}

bool IsMissing(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP || error == EXDEV || error == ENAMETOOLONG ||
         error == EINVAL || error == ENXIO || error == ENODEV;
}

http::Response AnswerError(int error) {
  if (error == EACCES || error == EPERM) return Forbidden();
  if (error == EMFILE || error == ENFILE || error == ENOMEM || error == EAGAIN) {
    return http::ErrorPage(503, "Service Unavailable", "The server is busy. Please try again.");
  }
  return http::ErrorPage(500, "Internal Server Error", "The file could not be read.");
}

std::string_view LastName(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::optional<FilePath> MapSegments(const std::vector<std::string_view>& segments) {
  FilePath path;
  path.has_trailing_slash = !segments.empty() && segments.back().empty();
  const std::size_t names = segments.size() - (path.has_trailing_slash ? 1 : 0);
  for (std::size_t i = 0; i < names; ++i) {
    if (!CanBeFileName(segments[i])) return std::nullopt;
    if (i > 0) path.relative += '/';
    path.relative += segments[i];
  }
  return path;
}

FileTree::FileTree(StaticOptions options) : options_(std::move(options)), types_(options_.mime_types) {}

http::Response FileTree::Answer(const http::Request& request) const {
  std::optional<FilePath> path = MapSegments(request.Rest());
  if (!path) return http::NotFoundPage();
  const UniqueFd root(open(options_.directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return IsMissing(errno) ? http::NotFoundPage() : AnswerError(errno);
  const Place place{request, root.get(), *std::move(path)};
  if (IsHidden(place.path)) return AnswerMissing(place);
  Opened opened = Open(root.get(), place.path.relative);
  if (!opened.fd) return IsMissing(opened.error) ? AnswerMissing(place) : AnswerError(opened.error);
  return AnswerFound(place, std::move(opened.fd));
}

Opened FileTree::Open(int root, const std::string& relative) const {
  return OpenBeneath(root, relative.empty() ? "." : relative,
                     options_.follow_symlinks ? Symlinks::kAnywhere : Symlinks::kBeneath);
}

bool FileTree::IsHidden(const FilePath& path) const {
  if (options_.show_dot_files) return false;
  std::string_view rest = path.relative;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    if (IsDotFile(rest.substr(0, end))) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

http::Response FileTree::AnswerFound(const Place& place, UniqueFd fd) const {
  struct stat state{};
  if (fstat(fd.get(), &state) != 0) return AnswerError(errno);
  if (S_ISDIR(state.st_mode)) {
    return place.path.has_trailing_slash ? AnswerDirectory(place, std::move(fd))
                                         : RedirectToDirectory(place.request, options_.cache_timeout);
  }
  if (!S_ISREG(state.st_mode) || place.path.has_trailing_slash) return AnswerMissing(place);
  http::Response response;
  AddCacheAndCors(place.request, options_.cache_timeout, response);
  return AnswerContent(place.request, std::make_shared<ServedFile>(std::move(fd), state),
                       types_.Of(LastName(place.path.relative)), std::move(response));
}

http::Response FileTree::AnswerDirectory(const Place& place, UniqueFd fd) const {
  if (std::optional<http::Response> index = TryIndex(place)) return *std::move(index);
  return options_.enable_directory_listing ? List(place, std::move(fd)) : AnswerMissing(place);
}

std::optional<http::Response> FileTree::TryIndex(const Place& place) const {
  for (const std::string_view name : kIndexFiles) {
    const std::string prefix = place.path.relative.empty() ? "" : place.path.relative + "/";
    Place index{place.request, place.root, {prefix + std::string(name), false}};
    Opened opened = Open(place.root, index.path.relative);
    struct stat state{};
    if (!opened.fd && IsMissing(opened.error)) continue;
    if (!opened.fd) return AnswerError(opened.error);
    if (fstat(opened.fd.get(), &state) != 0 || !S_ISREG(state.st_mode)) continue;
    return AnswerFound(index, std::move(opened.fd));
  }
  return std::nullopt;
}

// The default file is the operator's choice and may be a dot-file; it comes without cache and CORS fields.
http::Response FileTree::AnswerMissing(const Place& place) const {
  if (!options_.default_file) return http::NotFoundPage();
  Opened opened = Open(place.root, *options_.default_file);
  struct stat state{};
  if (!opened.fd || fstat(opened.fd.get(), &state) != 0 || !S_ISREG(state.st_mode))
    return http::NotFoundPage();
  return AnswerContent(place.request, std::make_shared<ServedFile>(std::move(opened.fd), state),
                       types_.Of(LastName(*options_.default_file)), http::Response{});
}

http::Response FileTree::List(const Place& place, UniqueFd fd) const {
  const ListingRules rules{options_.follow_symlinks ? Symlinks::kAnywhere : Symlinks::kBeneath,
                           options_.show_dot_files ? DotFiles::kShow : DotFiles::kHide};
  http::Response response;
  response.Set("Content-Type", "text/html; charset=utf-8");
  response.Set("X-Content-Type-Options", "nosniff");
  std::string title;
  for (const std::string& segment : place.request.segments) title += "/" + segment;
  response.body = ListingPage(title, ReadDirectory(std::move(fd), rules), types_,
                              place.path.relative.empty() ? ParentLink::kNo : ParentLink::kYes);
  return response;
}

}  // namespace wampgate::web
