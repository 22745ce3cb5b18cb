#pragma once

#include <memory>
#include <optional>
#include <string>

#include "http/message.hpp"
#include "web/archive_file.hpp"
#include "web/archive_options.hpp"
#include "web/mime_types.hpp"

namespace wampgate::web {

/// The files of an archive and how they are served: answers GET and HEAD (spec 4.5). Helper thread only, but
/// for its construction and destruction.
class ArchiveTree {
 public:
  ArchiveTree(ArchiveOptions options, std::shared_ptr<ArchiveFile> file);
  http::Response Answer(const http::Request& request) const;

 private:
  http::Response AnswerMember(const http::Request& request, const std::shared_ptr<ZipArchive>& archive,
                              const std::string& name, http::Response response) const;
  http::Response AnswerMissing(const http::Request& request,
                               const std::shared_ptr<ZipArchive>& archive) const;
  http::Response AnswerNoArchive() const;
  std::shared_ptr<const Content> ContentOf(const http::Request& request,
                                           const std::shared_ptr<ZipArchive>& archive,
                                           const ZipMember& member, ContentKind& kind) const;
  std::string NameOf(const std::string& relative) const;

  ArchiveOptions options_;
  std::shared_ptr<ArchiveFile> file_;
  MimeTypes types_;
};

}  // namespace wampgate::web
