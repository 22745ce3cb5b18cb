#pragma once

#include <memory>

#include "net/loop.hpp"
#include "proxy/options.hpp"
#include "router/router.hpp"
#include "wamp/session_registry.hpp"
#include "worker/endpoint_factory.hpp"

namespace wampgate::worker {

/// What the endpoints of a router worker share in one revision.
struct RouterPart final : WorkerPart {
  router::Identity identity;
  std::vector<router::RealmOptions> realms;
  proxy::SessionLimits limits;
};

/// The WAMP endpoints of a router worker: every connection becomes a session at the embedded router.
class RouterEndpoints final : public EndpointFactory {
 public:
  RouterEndpoints(net::Loop& loop, wamp::SessionRegistry& registry);

  std::shared_ptr<wamp::SessionAcceptor> MakeEndpoint(
      const std::optional<auth::Options>& auth,
      const std::optional<proxy::TransparentOptions>& transparent) override;
  std::shared_ptr<const WorkerPart> MakeWorkerPart(
      const config::Node& node, const proxy::RouteChanges& routes,
      const std::shared_ptr<const WorkerPart>& previous) override;
  void Commit(std::shared_ptr<const WorkerPart> part) override;

 private:
  class Endpoint;
  /// Loop's thread; shared because endpoints of kept services may outlive a configuration.
  struct Shared {
    std::unique_ptr<router::Router> router;  // from the first commit on
    std::shared_ptr<const RouterPart> part;
  };

  net::Loop& loop_;
  wamp::SessionRegistry& registry_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace wampgate::worker
