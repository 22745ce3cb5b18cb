#include "web/redirect_service.hpp"

#include <utility>

#include "http/pages.hpp"

namespace wampgate::web {

RedirectService::RedirectService(RedirectOptions options) : options_(std::move(options)) {}

void RedirectService::Handle(http::Request request, std::shared_ptr<http::Responder> responder) {
  if (std::optional<http::Response> refusal = http::RefuseUnlessGet(request)) {
    return responder->Send(*std::move(refusal));
  }
  http::Response response;
  response.status = 302;
  response.Set("Content-Type", "text/html");
  response.Set("Location", options_.url);
  responder->Send(std::move(response));
}

}  // namespace wampgate::web
