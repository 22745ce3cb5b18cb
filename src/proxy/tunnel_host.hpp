#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/message.hpp"
#include "net/connector.hpp"
#include "net/loop.hpp"
#include "proxy/options.hpp"
#include "wamp/session_registry.hpp"

namespace wampgate::proxy {

/// Opens tunnels: connects to the backend, does its opening handshake, and only then answers the client's.
/// One per worker process, for all paths of type `websocket-reverseproxy`; keeps what is being opened.
/// Tunnels go to the registry. Loop's thread only.
class TunnelHost {
 public:
  /// `limits`: those of the worker at the moment. `loop` and `registry` outlive the host.
  TunnelHost(net::Loop& loop, wamp::SessionRegistry& registry, std::function<SessionLimits()> limits);
  /// Whoever waits for a backend gets 503.
  ~TunnelHost();
  TunnelHost(const TunnelHost&) = delete;
  TunnelHost& operator=(const TunnelHost&) = delete;

  /// `request` has passed the checks of the opening handshake. The client gets 101, or 502 (the backend
  /// refuses or breaks the protocol), 503 (it cannot be reached, or there are too many sessions), 504 (it
  /// does not answer in time).
  void Open(std::shared_ptr<const TunnelOptions> options, http::Request request,
            std::shared_ptr<http::Responder> responder);
  /// The path of that resource name is gone: whoever waits for its backend gets 503.
  void Cancel(const std::string& path);
  /// A client's opening handshake was refused.
  void NoteRefusal(const TunnelOptions& options, const http::Request& request, std::string_view why);
  /// Tunnels that are being opened.
  std::size_t opening() const { return openings_.size(); }

 private:
  class Opening;
  void Forget(Opening& opening);
  /// Says once that a backend fails: it cannot be reached, is silent, or its answer is another than a
  /// client's refusal; and once that it answers again, if only by refusing a client.
  void NoteFailure(const TunnelOptions& options, std::string_view why);
  void NoteAlive(const TunnelOptions& options);

  net::Loop& loop_;
  wamp::SessionRegistry& registry_;
  std::function<SessionLimits()> limits_;
  std::shared_ptr<net::Resolver> resolver_;
  std::unordered_map<Opening*, std::unique_ptr<Opening>> openings_;
  std::set<std::string> failing_;  // paths
};

}  // namespace wampgate::proxy
