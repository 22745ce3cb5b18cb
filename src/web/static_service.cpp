#include "web/static_service.hpp"

#include <exception>
#include <utility>

#include "base/log.hpp"
#include "http/pages.hpp"
#include "web/file_tree.hpp"

namespace wampgate::web {
namespace {

struct Job {
  http::Request request;
  http::Response response;
};

// Helper thread.
void Work(const FileTree& tree, Job& job) {
  try {
    job.response = tree.Answer(job.request);
  } catch (const std::exception& e) {  // memory
    log::Error("web", "a static file could not be served", {{"error", e.what()}});
    job.response = http::ErrorPage(500, "Internal Server Error", "The file could not be read.");
  }
}

}  // namespace

StaticService::StaticService(StaticOptions options, http::Offload& offload)
    : tree_(std::make_shared<const FileTree>(std::move(options))), offload_(offload) {}

StaticService::~StaticService() = default;

void StaticService::Handle(http::Request request, std::shared_ptr<http::Responder> responder) {
  if (std::optional<http::Response> refusal = http::RefuseUnlessGet(request)) {
    return responder->Send(*std::move(refusal));
  }
  auto job = std::make_shared<Job>();
  job->request = std::move(request);
  const bool is_queued = offload_.Run([job, tree = tree_] { Work(*tree, *job); },
                                      [job, responder] { responder->Send(std::move(job->response)); });
  if (is_queued) return;
  http::Response busy = http::ErrorPage(503, "Service Unavailable", "The server is busy. Please try again.");
  busy.Set("Retry-After", "1");
  responder->Send(std::move(busy));
}

}  // namespace wampgate::web
