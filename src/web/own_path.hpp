#pragma once

#include "http/message.hpp"

namespace wampgate::web {

/// Whether the request is for the service's own path, not for one below. Where the service is the "/" of its
/// level, that path ends in a slash.
bool IsOwnPath(const http::Request& request);

}  // namespace wampgate::web
