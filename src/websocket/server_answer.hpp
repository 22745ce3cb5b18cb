#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.hpp"
#include "websocket/deflate_parameters.hpp"
#include "websocket/options.hpp"

namespace wampgate::websocket {

/// The head of an HTTP response.
struct ResponseHead {
  int status = 0;
  std::string status_line;                                   ///< fit to be shown
  std::vector<std::pair<std::string, std::string>> headers;  ///< lower-case names
};

/// Longer answers than this are refused unread.
inline constexpr std::size_t kMaxResponseHead = 16 * 1024;

/// Reads a response head, the empty line at its end included.
StatusOr<ResponseHead> ParseResponseHead(std::string_view octets);

/// The upgrade request of a client (RFC 6455 4.1).
std::string UpgradeRequest(const ClientOptions& options, std::string_view key);

/// What the server has agreed to.
struct ServerAnswer {
  std::string subprotocol;  ///< empty: none
  std::optional<DeflateParameters> deflate;
};

/// Checks the answer to UpgradeRequest(options, key); errors say what the backend answered (RFC 6455 4.1).
/// kPermissionDenied: 401, 403, 407 or 429, so that the server lives and does not take this client now.
StatusOr<ServerAnswer> CheckServerAnswer(const ResponseHead& head, const ClientOptions& options,
                                         std::string_view key);

}  // namespace wampgate::websocket
