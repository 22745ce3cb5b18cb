#include "web/health_service.hpp"

#include <optional>
#include <string>
#include <utility>

#include "http/pages.hpp"
#include "web/node_state_answer.hpp"
#include "web/own_path.hpp"

namespace wampgate::web {
namespace {

http::Response Readiness(const StatusOr<NodeState>& state, HealthService::Reasons reasons) {
  if (state.ok() && state->ready) return PlainText(200, "ready\n");
  if (reasons == HealthService::Reasons::kHidden) return PlainText(503, "not ready\n");
  const std::string reason = state.ok() ? state->not_ready_reason : std::string(Message(state.status()));
  return PlainText(503, "not ready: " + reason + "\n");
}

}  // namespace

HealthService::HealthService(HealthOptions options, std::shared_ptr<NodeStateSource> source, Reasons reasons,
                             std::chrono::milliseconds deadline)
    : options_(options), source_(std::move(source)), reasons_(reasons), deadline_(deadline) {}

void HealthService::Handle(http::Request request, std::shared_ptr<http::Responder> responder) {
  if (!IsOwnPath(request)) return responder->Send(http::NotFoundPage());
  if (std::optional<http::Response> refusal = http::RefuseUnlessGet(request)) {
    return responder->Send(*std::move(refusal));
  }
  if (options_.check == HealthOptions::Check::kAlive) return responder->Send(PlainText(200, "alive\n"));
  AnswerWithNodeState(
      *source_, NodeStateSource::Wanted::kHealth, std::move(responder), deadline_,
      [reasons = reasons_](const StatusOr<NodeState>& state) { return Readiness(state, reasons); });
}

}  // namespace wampgate::web
