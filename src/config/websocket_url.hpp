#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.hpp"

namespace wampgate::config {

/// "ws://host[:port][/path][?query]" or "wss://…" (RFC 6455, section 3).
struct WebSocketUrl {
  bool secure = false;
  std::string host;        ///< lower or upper case as written, IPv6 literals with brackets
  std::uint16_t port = 0;  ///< 80 or 443 where not written
  std::string target;      ///< path and query; "/" where not written
  bool has_query = false;

  /// What a client sends as Host: without the scheme's default port.
  std::string HostHeader() const;
};

/// The message of an error completes "expected a URL …, found …".
StatusOr<WebSocketUrl> ParseWebSocketUrl(std::string_view text);

}  // namespace wampgate::config
