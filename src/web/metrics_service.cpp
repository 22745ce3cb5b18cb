#include "web/metrics_service.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "http/pages.hpp"
#include "web/node_state_answer.hpp"
#include "web/own_path.hpp"

namespace wampgate::web {
namespace {

// More than this is not copied for each who asks, but read piece by piece.
constexpr std::size_t kMostCopied = 256 * 1024;

http::Response MakeResponse(const StatusOr<NodeState>& state) {
  if (!state.ok()) return PlainText(503, std::string(Message(state.status())) + "\n");
  http::Response response;
  response.Set("Cache-Control", "no-store");
  response.Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.Set("X-Content-Type-Options", "nosniff");
  const std::shared_ptr<const std::string>& text = state->metrics;
  if (text->size() <= kMostCopied) {
    response.body = *text;
  } else {
    response.source = {text->size(),
                       [text](std::uint64_t offset, std::size_t most) { return text->substr(offset, most); }};
  }
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
