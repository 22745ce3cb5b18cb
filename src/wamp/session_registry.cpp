#include "wamp/session_registry.hpp"

#include <utility>
#include <vector>

#include "base/check.hpp"

namespace wampgate::wamp {

SessionRegistry::SessionRegistry(std::function<void(std::unique_ptr<Session>)> dispose)
    : dispose_(std::move(dispose)) {}

SessionRegistry::~SessionRegistry() = default;

void SessionRegistry::Add(std::unique_ptr<Session> session) {
  Session* const key = session.get();
  WAMPGATE_CHECK(key != nullptr);
  ++by_transport_[key->details().transport];
  sessions_.emplace(key, Held{std::move(session), std::nullopt});
}

void SessionRegistry::Remove(Session& session) {
  const auto found = sessions_.find(&session);
  WAMPGATE_CHECK(found != sessions_.end());
  std::unique_ptr<Session> removed = std::move(found->second.session);
  if (found->second.place) census_.Left(*found->second.place);
  sessions_.erase(found);
  const auto count = by_transport_.find(session.details().transport);
  if (count != by_transport_.end() && --count->second == 0) by_transport_.erase(count);
  dispose_(std::move(removed));
  if (sessions_.empty() && on_empty_) on_empty_();
}

void SessionRegistry::ForEach(const std::function<void(Session&)>& visit) {
  for (Session* session : All()) {
    if (sessions_.contains(session)) visit(*session);  // an earlier visit may have ended it
  }
}

std::vector<Session*> SessionRegistry::All() const {
  std::vector<Session*> all;
  all.reserve(sessions_.size());
  for (const auto& [key, session] : sessions_) all.push_back(key);
  return all;
}

void SessionRegistry::Opened(Session& session) {
  const auto found = sessions_.find(&session);
  WAMPGATE_CHECK(found != sessions_.end());
  found->second.place = census_.Opened(session.realm(), session.backend());
  if (observer_ != nullptr) observer_->OnOpened(session);
}

void SessionRegistry::Ended(const Session& session, const SessionOutcome& end) {
  ++ends_[static_cast<int>(end.reason)];
  census_.Ended(end.stage, end.reason);
  if (observer_ != nullptr) observer_->OnEnded(session, end);
}

void SessionRegistry::Refused(const TransportDetails& details, const SessionOutcome& end) {
  census_.Ended(end.stage, end.reason);
  if (observer_ != nullptr) observer_->OnRefused(details, end);
}

}  // namespace wampgate::wamp
