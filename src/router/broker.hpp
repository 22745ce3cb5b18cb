#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "router/request.hpp"

namespace wampgate::router {

/// Publish and subscribe of one realm: exact and prefix subscriptions, publisher exclusion, acknowledgement,
/// publisher identification. Loop's thread only.
class Broker {
 public:
  void Subscribe(Member& member, const Request& request);
  void Unsubscribe(Member& member, std::uint64_t request, std::uint64_t subscription);
  void Publish(Member& publisher, const Request& request);
  /// Forgets a member's subscriptions.
  void Leave(Member& member);
  /// Events that a subscriber could not be told: its serializer has no words for them, or they are longer
  /// than it takes.
  std::uint64_t undeliverable() const { return undeliverable_; }

 private:
  struct Subscription {
    std::uint64_t id = 0;
    std::string uri;
    Match match = Match::kExact;
    std::vector<Member*> members;  // in order of subscription
  };
  using ByUri = std::map<std::string, Subscription*, std::less<>>;

  ByUri& Index(Match match) { return match == Match::kExact ? exact_ : prefix_; }
  void Drop(std::uint64_t subscription, Member& member);
  /// Subscriptions that cover a topic.
  std::vector<Subscription*> Covering(const std::string& topic);
  void Dispatch(Member& publisher, const Request& request, const Subscription& subscription,
                std::uint64_t publication);
  void CountUndeliverable(std::string_view topic, std::string_view why);

  std::unordered_map<std::uint64_t, Subscription> subscriptions_;
  ByUri exact_;
  ByUri prefix_;
  std::unordered_map<Member*, std::unordered_set<std::uint64_t>> by_member_;
  std::uint64_t undeliverable_ = 0;
};

}  // namespace wampgate::router
