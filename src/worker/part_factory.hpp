#pragma once

#include <memory>

#include "base/status.hpp"
#include "config/resolved.hpp"
#include "http/message.hpp"
#include "proxy/options.hpp"
#include "wamp/session_acceptor.hpp"

namespace wampgate::worker {

/// What all endpoints of a worker share in one revision: routes, backends and limits, or realms. Immutable.
class WorkerPart {
 public:
  virtual ~WorkerPart() = default;
};

/// Makes the run-time objects of one worker from its settings. The Make calls come on the helper thread: they
/// touch no object of the loop, they only hand references to them on. What they return is used on the loop's
/// thread.
class PartFactory {
 public:
  virtual ~PartFactory() = default;

  /// A web service, other than a path level. A refusal is what the operator reads.
  virtual StatusOr<std::shared_ptr<http::Service>> MakeService(const config::Path& path) = 0;
  /// The service of a bare `websocket` transport.
  virtual StatusOr<std::shared_ptr<http::Service>> MakeWebSocket(const config::Transport& transport) = 0;
  /// The service of a `websocket.testee` transport.
  virtual StatusOr<std::shared_ptr<http::Service>> MakeEcho(const config::Transport& transport) = 0;
  /// Where the RawSocket connections of a `rawsocket` or `universal` transport go.
  virtual StatusOr<std::shared_ptr<wamp::SessionAcceptor>> MakeAcceptor(
      const config::RawSocketTransport& rawsocket) = 0;

  /// `node` has no routes: they are what `routes` makes of those of `previous`, which may be null. The part
  /// is `previous` if it would be equal.
  virtual std::shared_ptr<const WorkerPart> MakeWorkerPart(
      const config::Node& node, const proxy::RouteChanges& routes,
      const std::shared_ptr<const WorkerPart>& previous) = 0;
  /// Sessions that begin from now on get `part`, whatever endpoint they come in by. Loop's thread.
  virtual void Commit(std::shared_ptr<const WorkerPart> part) = 0;
};

}  // namespace wampgate::worker
