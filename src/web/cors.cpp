#include "web/cors.hpp"

#include <string_view>

namespace wampgate::web {

void AllowAllOrigins(const http::Request& request, http::Response& response) {
  response.Set("Access-Control-Allow-Origin", "*");
  const std::string_view asked = request.Header("access-control-request-headers");
  if (asked.empty()) return;
  response.Set("Access-Control-Allow-Headers", asked);
  response.Set("Vary", "Access-Control-Request-Headers");
}

}  // namespace wampgate::web
