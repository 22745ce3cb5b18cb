#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/status.hpp"
#include "config/management.hpp"
#include "http/offload.hpp"
#include "http/server.hpp"
#include "net/acceptor.hpp"
#include "net/tls_handshakes.hpp"

namespace wampgate::management {

/// The port of `management.http`: HTTP, with or without TLS, for everybody who reaches it. Bounded in
/// connections, and served by the loop between its other work: who does not read is dropped after a while,
/// and holds up nobody.
/// Loop's thread.
class HttpListener {
 public:
  static constexpr std::size_t kMostConnections = 256;

  HttpListener(net::Loop& loop, std::shared_ptr<http::Service> root);
  ~HttpListener();

  /// Where it is as before, only the files of its TLS are read again: if they cannot be used, what was in
  /// them stays in use. Else connections of the port before are dropped. A port that cannot be opened is told
  /// in the log, and tried again by Retry.
  void Set(const std::optional<config::ManagementHttp>& wanted);
  void Retry();
  /// "tcp4:127.0.0.1:9100"; empty while there is none.
  const std::string& address() const { return address_; }

 private:
  /// Nothing that is served here blocks.
  struct NoOffload final : http::Offload {
    bool Run(std::function<void()>, std::function<void()>) override { return false; }
  };
  Status Open();
  void Close();
  void ReadTlsAgain();
  void Accept(std::unique_ptr<net::Stream> stream);

  net::Loop& loop_;
  NoOffload offload_;
  std::shared_ptr<const http::Site> site_;
  std::optional<config::ManagementHttp> wanted_;
  std::unique_ptr<http::Server> server_;
  std::shared_ptr<const net::TlsContext> tls_;  // null: none is spoken
  std::unique_ptr<net::TlsHandshakes> handshakes_;
  std::unique_ptr<net::Acceptor> acceptor_;
  std::string address_;
  std::size_t turned_away_ = 0;
};

}  // namespace wampgate::management
