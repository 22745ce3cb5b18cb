#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wamp/link.hpp"

namespace wampgate::wamp {

/// What is known of a client's connection when its WAMP session begins (spec 3.7).
struct TransportDetails {
  std::string transport;             ///< resource name, "workers/w/transports/t" or ".../paths/p"
  std::string channel_framing;       ///< "websocket" or "rawsocket"
  std::string peer;                  ///< "tcp4:127.0.0.1:48040", "unix", …
  bool is_unix = false;              ///< the client came over a Unix socket
  bool is_secure = false;            ///< TLS
  std::string user_agent;            ///< header of the upgrade, at most 128 octets; empty = none
  std::string websocket_protocol;    ///< "wamp.2.json"
  std::string websocket_extensions;  ///< negotiated, as sent; empty = none
  std::vector<std::pair<std::string, std::string>> http_headers;  ///< received; lower-case names
};

/// Makes WAMP sessions out of connections: the proxy's frontend and the embedded router are the two.
class SessionAcceptor {
 public:
  virtual ~SessionAcceptor() = default;
  /// Takes the connection after its transport handshake. The acceptor's session owns it from here.
  virtual void Accept(std::unique_ptr<Link> link, TransportDetails details) = 0;
  /// A connection whose transport handshake was refused or failed; `why` is what the operator reads.
  virtual void NoteRefusal(const TransportDetails& /*details*/, std::string_view /*why*/) {}
};

}  // namespace wampgate::wamp
