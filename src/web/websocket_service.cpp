#include "web/websocket_service.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "wamp/link.hpp"
#include "websocket/connection.hpp"
#include "websocket/handshake.hpp"

namespace wampgate::web {
namespace {

using wamp::Batching;
using wamp::Serialization;

std::vector<std::string> Subprotocols(const std::vector<wamp::Serializer>& serializers) {
  std::vector<std::string> names;
  for (const wamp::Serializer serializer : serializers) {
    for (const Batching batching : {Batching::kNone, Batching::kBatched}) {
      names.emplace_back(wamp::Subprotocol({serializer, batching}));
    }
  }
  return names;
}

// Repeated fields become one, their values joined by "," (spec 2.4).
std::vector<std::pair<std::string, std::string>> JoinFields(const http::Request& request) {
  std::vector<std::pair<std::string, std::string>> joined;
  for (const auto& [name, value] : request.headers) {
    const auto it =
        std::find_if(joined.begin(), joined.end(), [&](const auto& field) { return field.first == name; });
    if (it == joined.end()) {
      joined.emplace_back(name, value);
    } else {
      it->second += "," + value;
    }
  }
  return joined;
}

/// "HTTP/1.1 403 Forbidden" of a response.
std::string_view FirstLine(std::string_view response) {
  return response.substr(0, response.find('\r'));
}

constexpr std::size_t kMostUserAgent = 128;

}  // namespace

WebSocketService::WebSocketService(std::shared_ptr<const websocket::ServerOptions> options,
                                   const std::vector<wamp::Serializer>& serializers, std::string name,
                                   std::shared_ptr<wamp::SessionAcceptor> acceptor)
    : options_(std::move(options)),
      subprotocols_(Subprotocols(serializers)),
      name_(std::move(name)),
      acceptor_(std::move(acceptor)) {}

void WebSocketService::Handle(http::Request request, std::shared_ptr<http::Responder> responder) {
  if (request.wants_upgrade) return Open(request, *responder);
  responder->SendVerbatim(websocket::AnswerPlainRequest(request, *options_, subprotocols_));
}

wamp::TransportDetails WebSocketService::DetailsOf(const http::Request& request) const {
  wamp::TransportDetails details;
  details.transport = name_;
  details.channel_framing = "websocket";
  details.peer = request.peer;
  details.is_unix = request.is_unix;
  details.is_secure = request.is_secure;
  for (const auto& [name, value] : request.headers) {
    if (name == "user-agent") details.user_agent = value.substr(0, kMostUserAgent);
  }
  return details;
}

void WebSocketService::Open(const http::Request& request, http::Responder& responder) {
  const websocket::HandshakeOutcome outcome = websocket::AnswerHandshake(request, *options_, subprotocols_);
  if (!outcome.accepted) {
    acceptor_->NoteRefusal(DetailsOf(request), FirstLine(outcome.response));
    return responder.SendVerbatim(outcome.response);
  }
  std::unique_ptr<net::Stream> stream = responder.TakeStream();
  if (stream == nullptr) return;
  stream->Output().Append(outcome.response);
  // Without a subprotocol in common, and none required, JSON is spoken (spec 2.2.18).
  const Serialization serialization = wamp::ParseSubprotocol(outcome.subprotocol).value_or(Serialization{});
  std::shared_ptr<const websocket::ConnectionOptions> options(options_, &options_->connection);
  auto link = std::make_unique<wamp::Link>(
      websocket::MakeConnection(std::move(stream), std::move(options), outcome.deflate), serialization);
  wamp::TransportDetails details = DetailsOf(request);
  details.websocket_protocol = outcome.subprotocol;
  details.websocket_extensions = outcome.extensions;
  details.http_headers = JoinFields(request);
  acceptor_->Accept(std::move(link), std::move(details));
}

}  // namespace wampgate::web
