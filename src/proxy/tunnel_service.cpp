#include "proxy/tunnel_service.hpp"

#include <utility>

#include "proxy/tunnel_host.hpp"
#include "websocket/handshake.hpp"

namespace wampgate::proxy {

TunnelService::TunnelService(TunnelOptions options, TunnelHost& host)
    : options_(std::make_shared<const TunnelOptions>(std::move(options))), host_(host) {}

void TunnelService::Handle(http::Request request, std::shared_ptr<http::Responder> responder) {
  if (!request.wants_upgrade)
    return responder->SendVerbatim(websocket::AnswerPlainRequest(request, options_->server, {}));
  // All but the subprotocol, which the backend chooses.
  const websocket::HandshakeOutcome outcome = websocket::AnswerHandshake(request, options_->server, {});
  if (!outcome.accepted) {
    host_.NoteRefusal(*options_, request, outcome.failure);
    return responder->SendVerbatim(outcome.response);
  }
  host_.Open(options_, std::move(request), std::move(responder));
}

}  // namespace wampgate::proxy
