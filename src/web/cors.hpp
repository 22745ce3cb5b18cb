#pragma once

#include "http/message.hpp"

namespace wampgate::web {

/// Lets pages of every origin read the response, without credentials (spec 4.1.5, 8.2 #28): "*" is never
/// combined with Access-Control-Allow-Credentials, and as no origin is echoed no Vary: Origin is needed.
void AllowAllOrigins(const http::Request& request, http::Response& response);

}  // namespace wampgate::web
