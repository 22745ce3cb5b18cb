#include "web/static_service.hpp"

#include <utility>

#include "web/file_tree.hpp"
#include "web/offloaded_answer.hpp"

namespace wampgate::web {

StaticService::StaticService(StaticOptions options, http::Offload& offload)
    : tree_(std::make_shared<const FileTree>(std::move(options))), offload_(offload) {}

StaticService::~StaticService() = default;

void StaticService::Handle(http::Request request, std::shared_ptr<http::Responder> responder) {
  AnswerOffLoop(offload_, std::move(request), std::move(responder),
                [tree = tree_](const http::Request& asked) { return tree->Answer(asked); });
}

}  // namespace wampgate::web
