#include "worker/proxy_endpoints.hpp"

#include <utility>

#include "base/check.hpp"
#include "proxy/frontend.hpp"

namespace wampgate::worker {

/// Stays the same object while routes, backends and limits change: what they are is looked up per connection.
class ProxyEndpoints::Endpoint final : public wamp::SessionAcceptor {
 public:
  Endpoint(std::shared_ptr<Shared> shared, std::optional<auth::Options> auth,
           std::shared_ptr<const proxy::TransparentRoutes> transparent)
      : shared_(std::move(shared)), auth_(std::move(auth)), transparent_(std::move(transparent)) {}

  void Accept(std::unique_ptr<wamp::Link> link, wamp::TransportDetails details) override {
    WAMPGATE_CHECK(shared_->part != nullptr);  // listeners start with the first commit
    if (made_from_ != shared_->part) MakeFrontend();
    frontend_->Accept(std::move(link), std::move(details));
  }

  void NoteRefusal(const wamp::TransportDetails& details, std::string_view why) override {
    shared_->runtime.registry.Refused(
        details,
        {.reason = EndReason::kClientViolation, .stage = wamp::SessionStage::kUpgrade, .detail = why});
  }

 private:
  void MakeFrontend() {
    made_from_ = shared_->part;
    auto settings = std::make_shared<proxy::FrontendSettings>();
    settings->limits = made_from_->limits;
    settings->node = made_from_->identity;
    settings->auth = auth_;
    if (transparent_) {
      settings->routes = transparent_;
    } else {
      settings->routes = made_from_->routes;
    }
    frontend_ = std::make_unique<proxy::Frontend>(shared_->runtime, std::move(settings));
  }

  std::shared_ptr<Shared> shared_;
  std::optional<auth::Options> auth_;
  std::shared_ptr<const proxy::TransparentRoutes> transparent_;
  std::shared_ptr<const ProxyPart> made_from_;
  std::unique_ptr<proxy::Frontend> frontend_;
};

ProxyEndpoints::ProxyEndpoints(net::Loop& loop, wamp::SessionRegistry& registry)
    : dialer_(proxy::MakeBackendDialer(loop, net::MakeResolver(loop))),
      shared_(std::make_shared<Shared>(Shared{proxy::Runtime{loop, registry, *dialer_, {}, {}}, nullptr})) {}

std::shared_ptr<wamp::SessionAcceptor> ProxyEndpoints::MakeEndpoint(
    const std::optional<auth::Options>& auth, const std::optional<proxy::TransparentOptions>& transparent) {
  std::shared_ptr<const proxy::TransparentRoutes> routes;
  if (transparent) routes = proxy::MakeTransparentRoutes(*transparent, pool_);
  return std::make_shared<Endpoint>(shared_, auth, std::move(routes));
}

std::shared_ptr<const WorkerPart> ProxyEndpoints::MakeWorkerPart(
    const config::Node& node, const proxy::RouteChanges& routes,
    const std::shared_ptr<const WorkerPart>& previous) {
  const config::Worker& worker = node.workers.front();
  const auto before = std::dynamic_pointer_cast<const ProxyPart>(previous);
  const proxy::NodeIdentity identity{node.id, worker.id, node.public_key};
  auto part = std::make_shared<ProxyPart>();
  part->limits = worker.limits;
  part->identity = before && *before->identity == identity
                       ? before->identity
                       : std::make_shared<const proxy::NodeIdentity>(identity);
  proxy::BackendPool::Backends connections = pool_.AcquireAll(worker.backends);
  for (const auto& [id, backend] : connections) {
    part->backends[backend->options().name] = {backend, proxy::JoinMode::kOnBehalf};
  }
  part->routes = proxy::MakeRouteTable(routes, std::move(connections), before ? before->routes : nullptr);
  for (const auto& [id, options] : worker.worker_backends) {
    part->backends[options.name] = {pool_.Acquire(options), proxy::JoinMode::kTransparent};
  }
  if (before && part->limits == before->limits && part->identity == before->identity &&
      part->routes == before->routes && part->backends == before->backends) {
    return before;
  }
  return part;
}

void ProxyEndpoints::Commit(std::shared_ptr<const WorkerPart> part) {
  shared_->part = std::static_pointer_cast<const ProxyPart>(std::move(part));
  for (const auto& [name, named] : shared_->part->backends) named.backend->SpeakForItsName();
  UseDuties();
}

void ProxyEndpoints::SetDuties(std::map<std::string, proxy::Duty> duties) {
  duties_ = std::move(duties);
  if (shared_->part != nullptr) UseDuties();
}

void ProxyEndpoints::UseDuties() {
  for (const auto& [name, named] : shared_->part->backends) {
    const auto duty = duties_.find(name);
    named.backend->SetDuty(duty == duties_.end() ? proxy::Duty::kActive : duty->second);
  }
}

}  // namespace wampgate::worker
