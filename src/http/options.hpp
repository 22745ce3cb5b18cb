#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace wampgate::http {

/// A web transport's options (spec 1.2), defaults resolved.
struct ServerOptions {
  bool access_log = false;
  bool hsts = false;  ///< also without TLS: it may end in front of us (spec 1.2)
  std::chrono::seconds hsts_max_age{31536000};
  std::optional<std::chrono::seconds> client_timeout{60};  ///< idle keep-alive connection
  std::chrono::milliseconds header_timeout{10000};  ///< whole request head, each 4 KiB of a body; 0 = off
  std::chrono::milliseconds send_timeout{60000};   ///< for the peer to take each 4 KiB of a response; 0 = off
  std::chrono::milliseconds linger_timeout{2000};  ///< for the peer to close after our last response
  std::size_t max_header_size = 16384;
  std::size_t max_header_fields = 500;
  std::size_t max_body_size = 1048576;
  bool show_server_version = false;
  bool only_websocket = false;  ///< a bare `websocket` transport: no web services, bare refusals (spec 2.4)
  bool operator==(const ServerOptions&) const = default;
};

}  // namespace wampgate::http
