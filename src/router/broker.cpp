#include "router/broker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "wamp/uri.hpp"

namespace wampgate::router {

using nlohmann::json;
using wamp::MessageType;

void Broker::Subscribe(Member& member, const Request& request) {
  const auto match = MatchPolicy(request.options);
  if (!match) {
    return SendError(member, request.type, request.id, wamp::uri::kOptionNotAllowed,
                     "this router matches subscriptions by exact and prefix only");
  }
  if (!CheckUri(member, request, *match)) return;
  if (!member.permissions().Allows(Action::kSubscribe, request.uri)) {
    return SendError(member, request.type, request.id, wamp::uri::kNotAuthorized,
                     fmt::format("role \"{}\" may not subscribe to \"{}\"", member.authrole(), request.uri));
  }
  auto& index = Index(*match);
  auto found = index.find(request.uri);
  if (found == index.end()) {
    std::uint64_t id = RandomWampId();
    while (subscriptions_.contains(id)) id = RandomWampId();
    Subscription& created = subscriptions_[id];
    created = {.id = id, .uri = request.uri, .match = *match, .members = {}};
    found = index.emplace(request.uri, &created).first;
  }
  Subscription& subscription = *found->second;
  if (by_member_[&member].insert(subscription.id).second) subscription.members.push_back(&member);
  MessageBuilder builder(member.serializer(), MessageType::kSubscribed, 3);
  member.Deliver(builder.Id(request.id).Id(subscription.id).Finish());
}

void Broker::Unsubscribe(Member& member, std::uint64_t request, std::uint64_t subscription) {
  auto& mine = by_member_[&member];
  if (mine.erase(subscription) == 0) {
    return SendError(member, MessageType::kUnsubscribe, request, wamp::uri::kNoSuchSubscription,
                     fmt::format("this session has no subscription {}", subscription));
  }
  Drop(subscription, member);
  MessageBuilder builder(member.serializer(), MessageType::kUnsubscribed, 2);
  member.Deliver(builder.Id(request).Finish());
}

void Broker::Drop(std::uint64_t id, Member& member) {
  const auto found = subscriptions_.find(id);
  if (found == subscriptions_.end()) return;
  Subscription& subscription = found->second;
  std::erase(subscription.members, &member);
  if (!subscription.members.empty()) return;
  Index(subscription.match).erase(subscription.uri);
  subscriptions_.erase(found);
}

void Broker::Leave(Member& member) {
  const auto mine = by_member_.find(&member);
  if (mine == by_member_.end()) return;
  for (const std::uint64_t id : mine->second) Drop(id, member);
  by_member_.erase(mine);
}

std::vector<Broker::Subscription*> Broker::Covering(const std::string& topic) {
  std::vector<Subscription*> found;
  if (const auto exact = exact_.find(topic); exact != exact_.end()) found.push_back(exact->second);
  for (const auto& [uri, subscription] : prefix_) {
    if (Covers(uri, Match::kPrefix, topic)) found.push_back(subscription);
  }
  return found;
}

void Broker::Publish(Member& publisher, const Request& request) {
  const bool acknowledge = Flag(request.options, "acknowledge");
  const bool allowed = publisher.permissions().Allows(Action::kPublish, request.uri);
  if (!acknowledge && (!allowed || !wamp::IsLooseUri(request.uri) || request.uri.starts_with("wamp.")))
    return;
  if (!CheckUri(publisher, request, Match::kExact)) return;
  if (!allowed) {
    return SendError(publisher, request.type, request.id, wamp::uri::kNotAuthorized,
                     fmt::format("role \"{}\" may not publish to \"{}\"", publisher.authrole(), request.uri));
  }
  const std::uint64_t publication = RandomWampId();
  for (const Subscription* subscription : Covering(request.uri)) {
    Dispatch(publisher, request, *subscription, publication);
  }
  if (acknowledge) {
    MessageBuilder builder(publisher.serializer(), MessageType::kPublished, 3);
    publisher.Deliver(builder.Id(request.id).Id(publication).Finish());
  }
}

void Broker::Dispatch(Member& publisher, const Request& request, const Subscription& subscription,
                      std::uint64_t publication) {
  const auto exclude_me = request.options.find("exclude_me");
  const bool to_publisher = exclude_me != request.options.end() && *exclude_me == false;
  json details = json::object();
  if (subscription.match != Match::kExact) details["topic"] = request.uri;
  if (Flag(request.options, "disclose_me") ||
      publisher.permissions().Discloses(Action::kPublish, request.uri)) {
    details["publisher"] = publisher.id();
    details["publisher_authid"] = publisher.authid();
    details["publisher_authrole"] = publisher.authrole();
  }
  // One translation per serializer, however many subscribers there are.
  std::map<wamp::Serializer, std::string> written;
  for (Member* member : subscription.members) {
    if (member == &publisher && !to_publisher) continue;
    auto [event, is_new] = written.try_emplace(member->serializer());
    if (is_new) {
      MessageBuilder builder(member->serializer(), MessageType::kEvent, 4 + request.payload.elements());
      builder.Id(subscription.id).Id(publication).Document(details);
      const auto outcome = builder.Append(request.payload);
      if (outcome.ok()) {
        event->second = builder.Finish();
      } else {
        CountUndeliverable(request.uri, outcome.detail);
      }
    }
    if (event->second.empty()) continue;
    if (event->second.size() > member->max_message_size()) {
      CountUndeliverable(request.uri, fmt::format("{} octets are more than the {} that a subscriber takes",
                                                  event->second.size(), member->max_message_size()));
      continue;
    }
    member->Deliver(event->second);
  }
}

void Broker::CountUndeliverable(std::string_view topic, std::string_view why) {
  if (undeliverable_++ != 0) return;  // once per realm
  log::Warning("router", "an event was dropped for a subscriber that cannot be told it",
               {{"topic", topic}, {"detail", why}});
}

}  // namespace wampgate::router
