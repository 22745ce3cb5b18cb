#pragma once

#include <functional>
#include <memory>

#include "base/status.hpp"
#include "net/endpoint.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"

namespace wampgate::net {

/// Caches what host names resolve to and asks getaddrinfo on a thread of its own. One per loop; loop's thread
/// only.
class Resolver;

/// Connects to `endpoint` within its timeout and calls `done` once, on the loop's thread, never from inside
/// the call. Unix sockets whose queue is full (EAGAIN) are tried again with 1-50 ms of jitter until the
/// deadline: that is no sign of a dead peer. TCP tries every address the name resolves to. Destroying the
/// object cancels: `done` is not called.
class Connector {
 public:
  using Done = std::function<void(StatusOr<std::unique_ptr<Stream>>)>;
  Connector(Loop& loop, Resolver& resolver, const ConnectEndpoint& endpoint, Done done);
  ~Connector();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

std::shared_ptr<Resolver> MakeResolver(Loop& loop);

}  // namespace wampgate::net
