#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "websocket/deflate_parameters.hpp"
#include "websocket/options.hpp"

namespace wampgate::websocket {

/// The server's decision on one upgrade request.
struct HandshakeOutcome {
  bool accepted = false;
  std::string response;     ///< the octets to send: 101, or a failure after which TCP is closed
  std::string subprotocol;  ///< chosen; empty if none was required
  std::string extensions;   ///< as sent
  std::optional<DeflateParameters> deflate;
  int status = 0;       ///< 101, 400, …
  std::string failure;  ///< the text of the status line when refused
};

/// Checks in the order of spec 2.4 and answers. `subprotocols` are the acceptable ones; the client's order
/// decides (spec 3.2). Requests without an Upgrade header are not for here (see StatusPage).
HandshakeOutcome AnswerHandshake(const http::Request& request, const ServerOptions& options,
                                 std::span<const std::string> subprotocols);

/// The refusal of a request for its target or Host (spec 2.4, 3 and 4), which is checked before it matters
/// whether there is an Upgrade.
std::optional<std::string> RefuseAddress(const http::Request& request, const ServerOptions& options);

/// The answer to a request without Upgrade: the status page, or 426 (spec 2.2.6). Complete octets; TCP is
/// closed after.
std::string AnswerPlainRequest(const http::Request& request, const ServerOptions& options,
                               std::span<const std::string> subprotocols);

/// Sec-WebSocket-Accept of a Sec-WebSocket-Key (RFC 6455 4.2.2).
std::string AcceptKey(std::string_view key);

}  // namespace wampgate::websocket
