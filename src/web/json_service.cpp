#include "web/json_service.hpp"

#include <utility>

#include "http/pages.hpp"
#include "web/cors.hpp"

namespace wampgate::web {
namespace {

// The path itself; where the service is the "/" of its level, that path ends in a slash.
bool IsOwnPath(const http::Request& request) {
  const std::vector<std::string_view> rest = request.Rest();
  return rest.empty() || (request.at_level_root && rest.size() == 1 && rest.front().empty());
}

}  // namespace

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
