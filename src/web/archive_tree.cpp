#include "web/archive_tree.hpp"

#include <utility>

#include "http/pages.hpp"
#include "web/accept_encoding.hpp"
#include "web/archive_member.hpp"
#include "web/file_answer.hpp"
#include "web/file_tree.hpp"

namespace wampgate::web {
namespace {

std::string_view LastName(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

ArchiveTree::ArchiveTree(ArchiveOptions options, std::shared_ptr<ArchiveFile> file)
    : options_(std::move(options)), file_(std::move(file)), types_(options_.mime_types) {}

http::Response ArchiveTree::Answer(const http::Request& request) const {
  const std::optional<FilePath> path = MapSegments(request.Rest());
  if (!path) return http::NotFoundPage();
  const std::shared_ptr<ZipArchive> archive = file_->Current();
  if (archive == nullptr) return AnswerNoArchive();
  const bool is_root = path->relative.empty();
  const std::string& object = options_.default_object;
  const std::string below = is_root ? object : path->relative + "/" + object;
  const bool has_default = !object.empty() && archive->Find(NameOf(below)) != nullptr;
  http::Response response;
  AddCacheAndCors(request, options_.cache_timeout, response);
  if (is_root || path->has_trailing_slash) {
    if (!has_default) return AnswerMissing(request, archive);
    // What the default object refers to is below the directory.
    if (!path->has_trailing_slash) return RedirectToDirectory(request, options_.cache_timeout);
    return AnswerMember(request, archive, NameOf(below), std::move(response));
  }
  const std::string name = NameOf(path->relative);
  if (archive->Find(name) != nullptr) return AnswerMember(request, archive, name, std::move(response));
  if (has_default) return RedirectToDirectory(request, options_.cache_timeout);
  return AnswerMissing(request, archive);
}

http::Response ArchiveTree::AnswerMember(const http::Request& request,
                                         const std::shared_ptr<ZipArchive>& archive, const std::string& name,
                                         http::Response response) const {
  const ZipMember& member = *archive->Find(name);
  if (!archive->Verify(name, member).ok())
    return http::ErrorPage(500, "Internal Server Error", "The file could not be read.");
  ContentKind kind = types_.Of(LastName(name));
  std::shared_ptr<const Content> content = ContentOf(request, archive, member, kind);
  if (member.is_deflated) response.Set("Vary", "Accept-Encoding");
  return AnswerContent(request, std::move(content), kind, std::move(response));
}

/// Deflated members go out as they are to whoever takes gzip.
std::shared_ptr<const Content> ArchiveTree::ContentOf(const http::Request& request,
                                                      const std::shared_ptr<ZipArchive>& archive,
                                                      const ZipMember& member, ContentKind& kind) const {
  const bool is_smaller = member.is_deflated && member.packed + kGzipFrame < member.size;
  if (is_smaller && kind.encoding.empty() && AcceptsGzip(request)) {
    kind.encoding = "gzip";
    return GzippedMember(archive, member);
  }
  std::shared_ptr<const Content> held = options_.cache ? file_->Hold(archive, member) : nullptr;
  return held ? held : InflatedMember(archive, member);
}

/// As with `static`: it comes without cache and CORS fields.
http::Response ArchiveTree::AnswerMissing(const http::Request& request,
                                          const std::shared_ptr<ZipArchive>& archive) const {
  if (!options_.default_file) return http::NotFoundPage();
  const std::string name = NameOf(*options_.default_file);
  return archive->Find(name) == nullptr ? http::NotFoundPage() : AnswerMember(request, archive, name, {});
}

http::Response ArchiveTree::AnswerNoArchive() const {
  http::Response response = http::ErrorPage(
      503, "Service Unavailable",
      file_->is_being_fetched() ? "The archive that this path serves is being fetched. Please try again."
                                : "The archive that this path serves is not there, or cannot be used.");
  response.Set("Retry-After", file_->is_fetched() ? "5" : "60");
  response.Set("Cache-Control", "no-store");
  return response;
}

std::string ArchiveTree::NameOf(const std::string& relative) const {
  return options_.object_prefix.empty() ? relative : options_.object_prefix + "/" + relative;
}

}  // namespace wampgate::web
