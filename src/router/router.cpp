#include "router/router.hpp"

#include "router/realm.hpp"
#include "router/session.hpp"

namespace wampgate::router {

Router::Router(net::Loop& loop, wamp::SessionRegistry& sessions, Identity identity)
    : loop_(loop), sessions_(sessions), identity_(std::move(identity)) {}

Router::~Router() = default;

std::shared_ptr<Realm> Router::Find(const std::string& name) const {
  const auto found = realms_.find(name);
  return found == realms_.end() ? nullptr : found->second;
}

void Router::SetRealms(const std::vector<RealmOptions>& realms) {
  std::map<std::string, std::shared_ptr<Realm>, std::less<>> next;
  for (const RealmOptions& options : realms) {
    auto& realm = next[options.name];
    realm = Find(options.name);
    if (realm) {
      realm->SetRoles(options);
    } else {
      realm = std::make_shared<Realm>(options);
    }
  }
  realms_.swap(next);
  sessions_.ForEach([this](wamp::Session& session) {
    if (!session.realm().empty() && !realms_.contains(session.realm()))
      session.End(EndReason::kClosedByOperator);
  });
}

void Acceptor::Accept(std::unique_ptr<wamp::Link> link, wamp::TransportDetails details) {
  const bool is_full = settings_.max_sessions != 0 && router_.sessions().size() >= settings_.max_sessions;
  auto owned = std::make_unique<Session>(router_, settings_, std::move(link), std::move(details));
  Session& session = *owned;
  router_.sessions().Add(std::move(owned));
  if (is_full) session.Refuse();
}

}  // namespace wampgate::router
