#include "web/offloaded_answer.hpp"

#include <exception>
#include <utility>

#include "base/log.hpp"
#include "http/pages.hpp"

namespace wampgate::web {
namespace {

struct Job {
  http::Request request;
  http::Response response;
  std::function<http::Response(const http::Request&)> work;
};

// Helper thread.
void Work(Job& job) {
  try {
    job.response = job.work(job.request);
  } catch (const std::exception& e) {  // memory
    log::Error("web", "a file could not be served", {{"error", e.what()}});
    job.response = http::ErrorPage(500, "Internal Server Error", "The file could not be read.");
  }
}

}  // namespace

void AnswerOffLoop(http::Offload& offload, http::Request request, std::shared_ptr<http::Responder> responder,
                   std::function<http::Response(const http::Request&)> work) {
  if (std::optional<http::Response> refusal = http::RefuseUnlessGet(request)) {
    return responder->Send(*std::move(refusal));
  }
  auto job = std::make_shared<Job>(Job{std::move(request), {}, std::move(work)});
  const bool is_queued =
      offload.Run([job] { Work(*job); }, [job, responder] { responder->Send(std::move(job->response)); });
  if (is_queued) return;
  http::Response busy = http::ErrorPage(503, "Service Unavailable", "The server is busy. Please try again.");
  busy.Set("Retry-After", "1");
  responder->Send(std::move(busy));
}

}  // namespace wampgate::web
