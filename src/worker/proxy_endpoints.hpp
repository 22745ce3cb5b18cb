#pragma once

#include <map>
#include <memory>
#include <string>

#include "net/connector.hpp"
#include "proxy/backend_dialer.hpp"
#include "proxy/backend_pool.hpp"
#include "proxy/backend_probe.hpp"
#include "proxy/settings.hpp"
#include "wamp/session_registry.hpp"
#include "worker/endpoint_factory.hpp"

namespace wampgate::worker {

/// What the endpoints of a proxy worker share in one revision.
struct ProxyPart final : WorkerPart {
  proxy::SessionLimits limits;
  std::shared_ptr<const proxy::NodeIdentity> identity;
  std::shared_ptr<const proxy::RouteTable> routes;
  struct Named {
    std::shared_ptr<proxy::Backend> backend;
    proxy::JoinMode mode;
    bool operator==(const Named&) const = default;
  };
  std::map<std::string, Named> backends;  ///< those of the worker, by resource name
};

/// The WAMP endpoints of a proxy worker: every connection becomes a frontend session.
class ProxyEndpoints final : public EndpointFactory {
 public:
  ProxyEndpoints(net::Loop& loop, wamp::SessionRegistry& registry);

  std::shared_ptr<wamp::SessionAcceptor> MakeEndpoint(
      const std::optional<auth::Options>& auth,
      const std::optional<proxy::TransparentOptions>& transparent) override;
  std::shared_ptr<const WorkerPart> MakeWorkerPart(
      const config::Node& node, const proxy::RouteChanges& routes,
      const std::shared_ptr<const WorkerPart>& previous) override;
  void Commit(std::shared_ptr<const WorkerPart> part) override;
  const proxy::BackendRecords& backend_records() const { return pool_.records(); }
  const proxy::RelayCounters& relay_counters() const { return shared_->runtime.counters; }

  // Loop's thread:

  /// Null before the first commit, and where the worker is no proxy.
  std::shared_ptr<const ProxyPart> part() const { return shared_->part; }
  proxy::Runtime& runtime() { return shared_->runtime; }
  /// What operators have said about backends, by resource name, those to come too. Others are active.
  void SetDuties(std::map<std::string, proxy::Duty> duties);

 private:
  void UseDuties();

  class Endpoint;
  /// Loop's thread; shared because endpoints of kept services may outlive a configuration.
  struct Shared {
    proxy::Runtime runtime;
    std::shared_ptr<const ProxyPart> part;
  };

  std::unique_ptr<proxy::BackendDialer> dialer_;
  std::shared_ptr<Shared> shared_;
  std::map<std::string, proxy::Duty> duties_;
  proxy::BackendPool pool_;  // helper thread only, but for its records
};

}  // namespace wampgate::worker
