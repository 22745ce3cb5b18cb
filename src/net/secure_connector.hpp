#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "base/status.hpp"
#include "net/connector.hpp"
#include "net/endpoint.hpp"
#include "net/loop.hpp"
#include "net/tls_files.hpp"

namespace wampgate::net {

/// Connects as Connector does, and then, where there is `tls`, secures the stream; each within the endpoint's
/// timeout. An error says what the host's certificate was expected to be. Calls `done` once, on the loop's
/// thread, never from inside the call; the object may be destroyed there, and destroying it cancels.
class SecureConnector {
 public:
  using Done = Connector::Done;
  /// `peer` names the other side in messages, "the router".
  SecureConnector(Loop& loop, Resolver& resolver, const ConnectEndpoint& endpoint,
                  const std::optional<ConnectTls>& tls, const char* peer, Done done);
  SecureConnector(const SecureConnector&) = delete;
  SecureConnector& operator=(const SecureConnector&) = delete;

 private:
  void OnConnected(StatusOr<std::unique_ptr<Stream>> stream);
  void OnSecured(StatusOr<std::unique_ptr<Stream>> stream);
  Status Explained(const Status& status) const;
  void Finish(StatusOr<std::unique_ptr<Stream>> result);

  Loop& loop_;
  std::optional<ConnectTls> tls_;
  std::chrono::milliseconds timeout_;
  const char* peer_;
  Done done_;
  std::unique_ptr<Mortal> handshake_;
  Connector connector_;
};

}  // namespace wampgate::net
