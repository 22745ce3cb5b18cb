#include "web/json_service.hpp"

#include <utility>

#include "http/pages.hpp"
#include "web/cors.hpp"
#include "web/own_path.hpp"

namespace wampgate::web {

JsonService::JsonService(JsonOptions options) : options_(std::move(options)) {}

void JsonService::Handle(http::Request request, std::shared_ptr<http::Responder> responder) {
  if (!IsOwnPath(request)) return responder->Send(http::NotFoundPage());
  if (std::optional<http::Response> refusal = http::RefuseUnlessGet(request)) {
    return responder->Send(*std::move(refusal));
  }
  http::Response response;
  if (options_.allow_cross_origin) AllowAllOrigins(request, response);
  if (options_.discourage_caching) {
    response.Set("Cache-Control", "no-store, no-cache, must-revalidate, max-age=0");
  }
  response.Set("Content-Type", "application/json; charset=utf-8");
  response.Set("X-Content-Type-Options", "nosniff");
  response.body = options_.prettify ? options_.pretty : options_.compact;
  responder->Send(std::move(response));
}

}  // namespace wampgate::web
