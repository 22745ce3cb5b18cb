#pragma once

#include "http/message.hpp"

namespace wampgate::web {

/// Whether the client takes gzip (RFC 9110 12.5.3): it is named, or "*" is, with a weight that is not 0.
bool AcceptsGzip(const http::Request& request);

}  // namespace wampgate::web
