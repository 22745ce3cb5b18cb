#pragma once

#include <memory>
#include <optional>

#include "auth/options.hpp"
#include "config/resolved.hpp"
#include "proxy/options.hpp"
#include "wamp/session_acceptor.hpp"
#include "worker/part_factory.hpp"

namespace wampgate::worker {

/// Makes what a worker of one type (proxy, router) does with WAMP connections. Threads as with PartFactory.
class EndpointFactory {
 public:
  virtual ~EndpointFactory() = default;
  /// For one WAMP endpoint; `transparent` is set for transparent mode.
  virtual std::shared_ptr<wamp::SessionAcceptor> MakeEndpoint(
      const std::optional<auth::Options>& auth,
      const std::optional<proxy::TransparentOptions>& transparent) = 0;
  virtual std::shared_ptr<const WorkerPart> MakeWorkerPart(
      const config::Node& node, const proxy::RouteChanges& routes,
      const std::shared_ptr<const WorkerPart>& previous) = 0;
  virtual void Commit(std::shared_ptr<const WorkerPart> part) = 0;
};

}  // namespace wampgate::worker
