#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/message.hpp"
#include "wamp/serialization.hpp"
#include "wamp/session_acceptor.hpp"
#include "websocket/options.hpp"

namespace wampgate::web {

/// A WAMP endpoint over WebSocket (spec 4.11, 4.13) at its path and everything below: upgrades go to the
/// acceptor as WAMP links, plain requests get the status page or 426.
class WebSocketService final : public http::Service {
 public:
  /// `name` is the resource name that sessions report as their transport. Each serializer is spoken plain and
  /// batched.
  WebSocketService(std::shared_ptr<const websocket::ServerOptions> options,
                   const std::vector<wamp::Serializer>& serializers, std::string name,
                   std::shared_ptr<wamp::SessionAcceptor> acceptor);
  void Handle(http::Request request, std::shared_ptr<http::Responder> responder) override;

 private:
  wamp::TransportDetails DetailsOf(const http::Request& request) const;
  void Open(const http::Request& request, http::Responder& responder);

  std::shared_ptr<const websocket::ServerOptions> options_;
  std::vector<std::string> subprotocols_;
  std::string name_;
  std::shared_ptr<wamp::SessionAcceptor> acceptor_;
};

}  // namespace wampgate::web
