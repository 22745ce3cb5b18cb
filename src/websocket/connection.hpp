#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/message_channel.hpp"
#include "base/status.hpp"
#include "net/stream.hpp"
#include "websocket/handshake.hpp"
#include "websocket/options.hpp"

namespace wampgate::websocket {

/// A WebSocket connection after its handshake, as a MessageChannel. `stream` is already connected and, for
/// servers, has the 101 in its output. `options.mask` and `options.require_masked` make it client or server.
/// The options must outlive the channel: pass the shared snapshot part they live in.
std::unique_ptr<MessageChannel> MakeConnection(std::unique_ptr<net::Stream> stream,
                                               std::shared_ptr<const ConnectionOptions> options,
                                               const std::optional<DeflateParameters>& deflate);

/// What a client handshake gives.
struct Opened {
  std::unique_ptr<MessageChannel> channel;
  std::string subprotocol;
  std::vector<std::pair<std::string, std::string>> headers;  ///< of the answer; lower-case names
};

/// Client side: sends the upgrade request on `stream`, checks the answer (RFC 6455 4.1), calls `done` once
/// and never from inside this call. Destroying the returned object cancels and drops the connection.
std::unique_ptr<net::Mortal> OpenWebSocket(std::unique_ptr<net::Stream> stream,
                                           std::shared_ptr<const ClientOptions> options,
                                           std::function<void(StatusOr<Opened>)> done);

}  // namespace wampgate::websocket
