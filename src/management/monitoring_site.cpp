#include "management/monitoring_site.hpp"

#include <utility>

#include "http/path_table.hpp"
#include "web/health_service.hpp"
#include "web/metrics_service.hpp"
#include "web/node_state.hpp"

namespace wampgate::management {
namespace {

using web::HealthOptions;
using web::HealthService;

/// The supervisor of this process.
class OwnState final : public web::NodeStateSource {
 public:
  explicit OwnState(supervisor::Supervisor& supervisor) : supervisor_(supervisor) {}

  void Get(Wanted wanted, std::function<void(const StatusOr<web::NodeState>&)> done) override {
    const bool metrics = wanted == Wanted::kMetrics;
    supervisor_.GetNodeState(metrics, [metrics, done = std::move(done)](const internal::NodeState& state) {
      if (metrics && state.metrics().empty()) {
        return done(Unavailable("processes have not yet said what they have counted; try again"));
      }
      done(web::NodeState{state.ready(), state.not_ready_reason(),
                          metrics ? std::make_shared<const std::string>(state.metrics()) : nullptr});
    });
  }

 private:
  supervisor::Supervisor& supervisor_;
};

}  // namespace

std::shared_ptr<http::Service> MakeMonitoringSite(supervisor::Supervisor& supervisor) {
  const auto state = std::make_shared<OwnState>(supervisor);
  const auto health = [&](HealthOptions::Check check) {
    return std::make_shared<HealthService>(HealthOptions{check}, state, HealthService::Reasons::kShown);
  };
  http::PathTable::Children children;
  children["metrics"] = std::make_shared<web::MetricsService>(state);
  children["healthz"] = health(HealthOptions::Check::kAlive);
  children["readyz"] = health(HealthOptions::Check::kReady);
  return std::make_shared<http::PathTable>(std::move(children), nullptr);
}

}  // namespace wampgate::management
