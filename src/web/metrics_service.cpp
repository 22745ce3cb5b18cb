#include "web/metrics_service.hpp"

#include <optional>
#include <string>
#include <utility>

#include "http/pages.hpp"
#include "web/node_state_answer.hpp"
#include "web/own_path.hpp"

namespace wampgate::web {
namespace {

http::Response MakeResponse(const StatusOr<NodeState>& state) {
  if (!state.ok()) return PlainText(503, std::string(Message(state.status())) + "\n");
  http::Response response;
  response.Set("Cache-Control", "no-store");
  response.Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.Set("X-Content-Type-Options", "nosniff");
  response.body = state->metrics;
  return response;
}

}  // namespace

MetricsService::MetricsService(std::shared_ptr<NodeStateSource> source, std::chrono::milliseconds deadline)
    : source_(std::move(source)), deadline_(deadline) {}

void MetricsService::Handle(http::Request request, std::shared_ptr<http::Responder> responder) {
  if (!IsOwnPath(request)) return responder->Send(http::NotFoundPage());
  if (std::optional<http::Response> refusal = http::RefuseUnlessGet(request)) {
    return responder->Send(*std::move(refusal));
  }
  AnswerWithNodeState(*source_, NodeStateSource::Wanted::kMetrics, std::move(responder), deadline_,
                      MakeResponse);
}

}  // namespace wampgate::web
