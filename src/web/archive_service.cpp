#include "web/archive_service.hpp"

#include <utility>

#include "web/archive_tree.hpp"
#include "web/offloaded_answer.hpp"

namespace wampgate::web {
namespace {

std::shared_ptr<ArchiveFile> Opened(Archives& archives, const ArchiveSource& source) {
  std::shared_ptr<ArchiveFile> file = archives.Acquire(source);
  file->Current();
  return file;
}

}  // namespace

ArchiveService::ArchiveService(ArchiveOptions options, Archives& archives, http::Offload& offload)
    : tree_(std::make_shared<const ArchiveTree>(options, Opened(archives, options.source))),
      offload_(offload) {}

ArchiveService::~ArchiveService() = default;

void ArchiveService::Handle(http::Request request, std::shared_ptr<http::Responder> responder) {
  AnswerOffLoop(offload_, std::move(request), std::move(responder),
                [tree = tree_](const http::Request& asked) { return tree->Answer(asked); });
}

}  // namespace wampgate::web
