#include "worker/router_endpoints.hpp"

#include <utility>

#include "base/check.hpp"
#include "proxy/settings.hpp"

namespace wampgate::worker {

/// Stays the same object while realms and limits change: what they are is looked up per connection.
class RouterEndpoints::Endpoint final : public wamp::SessionAcceptor {
 public:
  Endpoint(std::shared_ptr<Shared> shared, wamp::SessionRegistry& registry, std::optional<auth::Options> auth)
      : shared_(std::move(shared)), registry_(registry), auth_(std::move(auth)) {}

  void Accept(std::unique_ptr<wamp::Link> link, wamp::TransportDetails details) override {
    WAMPGATE_CHECK(shared_->router != nullptr);  // listeners start with the first commit
    const proxy::SessionLimits& limits = shared_->part->limits;
    router::Acceptor acceptor(*shared_->router, {auth_, limits.hello_timeout, limits.slow_consumer_timeout,
                                                 limits.max_sessions, limits.authenticate_timeout});
    acceptor.Accept(std::move(link), std::move(details));
  }

  void NoteRefusal(const wamp::TransportDetails& details, std::string_view why) override {
    registry_.Refused(
        details,
        {.reason = EndReason::kClientViolation, .stage = wamp::SessionStage::kUpgrade, .detail = why});
  }

 private:
  std::shared_ptr<Shared> shared_;
  wamp::SessionRegistry& registry_;
  std::optional<auth::Options> auth_;
};

RouterEndpoints::RouterEndpoints(net::Loop& loop, wamp::SessionRegistry& registry)
    : loop_(loop), registry_(registry), shared_(std::make_shared<Shared>()) {}

std::shared_ptr<wamp::SessionAcceptor> RouterEndpoints::MakeEndpoint(
    const std::optional<auth::Options>& auth, const std::optional<proxy::TransparentOptions>&) {
  return std::make_shared<Endpoint>(shared_, registry_, auth);
}

std::shared_ptr<const WorkerPart> RouterEndpoints::MakeWorkerPart(
    const config::Node& node, const proxy::RouteChanges& /*routes*/,
    const std::shared_ptr<const WorkerPart>& previous) {
  const config::Worker& worker = node.workers.front();
  auto part = std::make_shared<RouterPart>();
  part->identity = {node.id, worker.id};
  part->realms = worker.realms;
  part->limits = worker.limits;
  part->limits.max_sessions = proxy::EffectiveSessionLimit(worker.limits);
  const auto before = std::dynamic_pointer_cast<const RouterPart>(previous);
  if (before && before->identity == part->identity && before->realms == part->realms &&
      before->limits == part->limits) {
    return before;
  }
  return part;
}

void RouterEndpoints::Commit(std::shared_ptr<const WorkerPart> part) {
  if (shared_->part == part) return;
  shared_->part = std::static_pointer_cast<const RouterPart>(std::move(part));
  if (!shared_->router) {
    shared_->router = std::make_unique<router::Router>(loop_, registry_, shared_->part->identity);
  }
  shared_->router->SetRealms(shared_->part->realms);
}

}  // namespace wampgate::worker
