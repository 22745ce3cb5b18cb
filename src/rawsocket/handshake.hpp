#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/message_channel.hpp"
#include "base/status.hpp"
#include "net/stream.hpp"
#include "rawsocket/options.hpp"
#include "wamp/serialization.hpp"

namespace wampgate::rawsocket {

/// What a finished handshake gives.
struct Opened {
  std::unique_ptr<MessageChannel> channel;
  wamp::Serializer serializer = wamp::Serializer::kJson;
};
using OnOpened = std::function<void(StatusOr<Opened>)>;

/// Server side: waits for the client's four octets on `stream`, answers (error replies of spec 3.6.1
/// included) and calls `done` once, never from inside this call. Destroying the returned object cancels and
/// drops the connection.
std::unique_ptr<net::Mortal> AcceptRawSocket(std::unique_ptr<net::Stream> stream,
                                             const ServerOptions& options, OnOpened done);

/// Client side: sends ours, waits for theirs.
std::unique_ptr<net::Mortal> OpenRawSocket(std::unique_ptr<net::Stream> stream, const ClientOptions& options,
                                           OnOpened done);

}  // namespace wampgate::rawsocket
