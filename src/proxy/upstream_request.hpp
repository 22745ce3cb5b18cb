#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.hpp"
#include "proxy/options.hpp"

namespace wampgate::proxy {

/// The opening handshake that a reverse proxy sends for a client's (spec 4.10): the client's end-to-end
/// headers (RFC 9110 7.6.1), cookies among them, its subprotocols and its query; of its path what is below
/// the service, behind the path of the backend's URL. X-Forwarded-For is appended to; X-Forwarded-Host,
/// X-Forwarded-Proto and X-Real-IP are ours, whatever the client says. Configured headers replace the
/// client's. Nothing if the path has a "." or ".." segment, which could lead out of the backend's path.
std::optional<websocket::ClientOptions> UpstreamRequest(const http::Request& request,
                                                        const TunnelOptions& options);

/// The header lines of the backend's 101 that the client gets with ours: its cookies.
std::string ReturnedFields(const std::vector<std::pair<std::string, std::string>>& headers);

}  // namespace wampgate::proxy
