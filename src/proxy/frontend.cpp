#include "proxy/frontend.hpp"

#include <sys/resource.h>

#include <algorithm>

#include "proxy/frontend_session.hpp"

namespace wampgate::proxy {

std::size_t EffectiveSessionLimit(const SessionLimits& limits) {
  if (limits.max_sessions != 0) return limits.max_sessions;
  constexpr std::size_t kReserve = 64;
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0 || descriptors.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  return (std::max<std::size_t>(descriptors.rlim_cur, kReserve + 2) - kReserve) / 2;
}

Frontend::Frontend(Runtime& runtime, std::shared_ptr<const FrontendSettings> settings)
    : runtime_(runtime),
      settings_(std::move(settings)),
      max_sessions_(EffectiveSessionLimit(settings_->limits)) {}

void Frontend::Accept(std::unique_ptr<wamp::Link> link, wamp::TransportDetails details) {
  const bool is_full = runtime_.registry.size() >= max_sessions_;
  auto owned = std::make_unique<FrontendSession>(runtime_, settings_, std::move(link), std::move(details));
  FrontendSession& session = *owned;
  runtime_.registry.Add(std::move(owned));
  if (is_full) return session.Refuse(EndReason::kOverload);
  session.Start();
}

}  // namespace wampgate::proxy
