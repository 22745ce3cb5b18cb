#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/fd.hpp"
#include "wamp/serialization.hpp"

namespace wampgate::test {

/// Where a test's client connects to.
struct Address {
  int port = 0;           ///< of 127.0.0.1, unless `path` is set
  std::string path = {};  ///< of a Unix socket
};
/// A connected blocking socket; empty if refused.
UniqueFd ConnectTo(const Address& address);

/// A blocking socket with a read buffer and deadlines.
class BlockingSocket {
 public:
  explicit BlockingSocket(UniqueFd socket) : socket_(std::move(socket)) {}
  bool Write(std::string_view octets);
  /// Waits until at least `count` octets are buffered; false at the deadline or the end of the stream.
  bool Fill(std::size_t count, std::chrono::milliseconds deadline);
  std::string Take(std::size_t count);
  /// Up to and including `delimiter`; empty at the deadline or the end.
  std::string TakeThrough(std::string_view delimiter, std::chrono::milliseconds deadline);
  bool ended() const { return ended_; }
  int fd() const { return socket_.get(); }

 private:
  UniqueFd socket_;
  std::string buffer_;
  bool ended_ = false;
};

/// A minimal WAMP client written for the tests: it shares no transport code with what it tests.
class WampClient {
 public:
  static constexpr std::chrono::milliseconds kDeadline{15000};

  virtual ~WampClient() = default;
  /// Sends the transport handshake; the answer is read by the first Receive, so that a HELLO may follow at
  /// once.
  static std::unique_ptr<WampClient> RawSocket(const Address& address, wamp::Serializer serializer);
  static std::unique_ptr<WampClient> WebSocket(const Address& address, const std::string& target,
                                               wamp::Serializer serializer);

  bool Send(const nlohmann::json& message);
  /// The next WAMP message; null when the connection ended or none came in time.
  nlohmann::json Receive(std::chrono::milliseconds deadline = kDeadline);
  /// HELLO; the answer is for Receive.
  bool SendHello(const std::string& realm);
  /// HELLO and its answer.
  nlohmann::json Join(const std::string& realm);

  /// Waits until the other side has ended the connection, reading over messages. The WebSocket close code, 0
  /// if there was none; nothing if it is still open at the deadline.
  std::optional<std::uint16_t> AwaitEnd(std::chrono::milliseconds deadline = kDeadline);
  /// Whether the connection has ended by now.
  bool ended() const { return socket_.ended() || close_code_.has_value(); }

 protected:
  WampClient(UniqueFd socket, wamp::Serializer serializer)
      : socket_(std::move(socket)), serializer_(serializer) {}
  virtual bool WriteMessage(const std::string& payload) = 0;
  /// The next message's payload; nothing at the end or the deadline.
  virtual std::optional<std::string> ReadMessage(std::chrono::milliseconds deadline) = 0;

  BlockingSocket socket_;
  wamp::Serializer serializer_;
  std::optional<std::uint16_t> close_code_;
};

}  // namespace wampgate::test
