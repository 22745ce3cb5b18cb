#include "proxy/backend_dialer.hpp"

#include <fmt/core.h>

#include <optional>

#include "net/secure_connector.hpp"
#include "rawsocket/handshake.hpp"
#include "websocket/connection.hpp"

namespace wampgate::proxy {

namespace {

/// One attempt: connect, then the transport handshake.
class Dial final : public net::Mortal {
 public:
  Dial(std::shared_ptr<Backend> backend, wamp::Serializer preferred, BackendDialer::Done done)
      : backend_(std::move(backend)), preferred_(preferred), done_(std::move(done)) {}

  void Start(net::Loop& loop, net::Resolver& resolver) {
    connector_.emplace(
        loop, resolver, backend_->options().endpoint, backend_->options().tls, "the router",
        [this](StatusOr<std::unique_ptr<net::Stream>> stream) { OnConnected(std::move(stream)); });
  }

 private:
  void OnConnected(StatusOr<std::unique_ptr<net::Stream>> stream) {
    if (!stream.ok()) return done_(stream.status());
    if (const auto* options = std::get_if<rawsocket::ClientOptions>(&backend_->options().transport)) {
      handshake_ =
          rawsocket::OpenRawSocket(*std::move(stream), *options, [this](StatusOr<rawsocket::Opened> opened) {
            if (!opened.ok()) return done_(Annotate(opened.status(), "RawSocket handshake"));
            Finish(std::move(opened->channel), opened->serializer);
          });
      return;
    }
    handshake_ = websocket::OpenWebSocket(
        *std::move(stream), backend_->WebSocketOptions(preferred_),
        [this](StatusOr<websocket::Opened> opened) {
          if (!opened.ok()) return done_(Annotate(opened.status(), "WebSocket handshake"));
          const auto serialization = wamp::ParseSubprotocol(opened->subprotocol);
          if (!serialization || serialization->batching != wamp::Batching::kNone) {
            return done_(FailedPrecondition(fmt::format(
                "WebSocket handshake: the router chose subprotocol \"{}\"", opened->subprotocol)));
          }
          Finish(std::move(opened->channel), serialization->serializer);
        });
  }

  void Finish(std::unique_ptr<MessageChannel> channel, wamp::Serializer serializer) {
    const wamp::Serialization serialization{serializer, wamp::Batching::kNone};
    done_(std::make_unique<wamp::Link>(std::move(channel), serialization));
  }

  std::shared_ptr<Backend> backend_;
  wamp::Serializer preferred_;
  BackendDialer::Done done_;
  std::optional<net::SecureConnector> connector_;
  std::unique_ptr<net::Mortal> handshake_;
};

class SocketDialer final : public BackendDialer {
 public:
  SocketDialer(net::Loop& loop, std::shared_ptr<net::Resolver> resolver)
      : loop_(loop), resolver_(std::move(resolver)) {}

  std::unique_ptr<net::Mortal> Dial(const std::shared_ptr<Backend>& backend, wamp::Serializer preferred,
                                    Done done) override {
    auto dial = std::make_unique<proxy::Dial>(backend, preferred, std::move(done));
    dial->Start(loop_, *resolver_);
    return dial;
  }

 private:
  net::Loop& loop_;
  std::shared_ptr<net::Resolver> resolver_;
};

}  // namespace

std::unique_ptr<BackendDialer> MakeBackendDialer(net::Loop& loop, std::shared_ptr<net::Resolver> resolver) {
  return std::make_unique<SocketDialer>(loop, std::move(resolver));
}

}  // namespace wampgate::proxy
