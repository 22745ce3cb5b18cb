#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/message_channel.hpp"
#include "http/message.hpp"
#include "net/loop.hpp"
#include "websocket/options.hpp"

namespace wampgate::web {

/// The connections of the echo endpoints of one thread: what comes goes back, with the same opcode. A peer
/// that does not take its echo is not read. Destroying it drops them. Loop's thread only.
class EchoConnections {
 public:
  explicit EchoConnections(net::Loop& loop);
  ~EchoConnections();
  EchoConnections(const EchoConnections&) = delete;
  EchoConnections& operator=(const EchoConnections&) = delete;

  /// `transport` is the resource name that the connection belongs to.
  void Add(std::unique_ptr<MessageChannel> channel, const std::string& transport);
  /// Close 1001 to all.
  void Close();
  /// The same, to those of one transport.
  void Close(const std::string& transport);
  /// Drops all, without a word.
  void Kill();
  std::size_t size() const;

 private:
  class Connection;
  struct State;
  std::unique_ptr<State> state_;
};

/// What conformance suites test a WebSocket server against (spec 1.8): upgrades become echo connections,
/// whatever the subprotocol; plain requests get the status page or 426.
class EchoService final : public http::Service {
 public:
  /// `connections` outlives the service.
  EchoService(std::shared_ptr<const websocket::ServerOptions> options, std::string transport,
              EchoConnections& connections);
  void Handle(http::Request request, std::shared_ptr<http::Responder> responder) override;

 private:
  std::shared_ptr<const websocket::ServerOptions> options_;
  std::string transport_;
  EchoConnections& connections_;
};

}  // namespace wampgate::web
