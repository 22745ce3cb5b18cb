#pragma once

#include <functional>
#include <memory>

#include "base/status.hpp"
#include "net/loop.hpp"
#include "proxy/backend.hpp"
#include "wamp/link.hpp"

namespace wampgate::net {
class Resolver;
}

namespace wampgate::proxy {

/// Opens connections to routers. One per worker process; sockets in earnest, fakes in tests.
class BackendDialer {
 public:
  using Done = std::function<void(StatusOr<std::unique_ptr<wamp::Link>>)>;
  virtual ~BackendDialer() = default;

  /// Connects and does the transport handshake, within the timeouts of the backend's endpoint and transport.
  /// `done` is called once, never from inside this call. Destroying the result cancels: `done` is not called;
  /// not to be destroyed from inside `done` (DeleteLater). The link speaks `preferred` where the backend's
  /// configuration and the router have it.
  virtual std::unique_ptr<net::Mortal> Dial(const std::shared_ptr<Backend>& backend,
                                            wamp::Serializer preferred, Done done) = 0;
};

std::unique_ptr<BackendDialer> MakeBackendDialer(net::Loop& loop, std::shared_ptr<net::Resolver> resolver);

}  // namespace wampgate::proxy
