#include "wamp/session_census.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace wampgate::wamp {
namespace {

/// Backends come from the configuration; together with "other" they are bounded too.
constexpr std::size_t kMostOthers = 100;

bool IsName(std::string_view realm) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  return realm.size() <= SessionCensus::kLongestRealm &&
         std::none_of(realm.begin(), realm.end(), is_control) && IsUtf8(realm);
}

}  // namespace

std::size_t SessionCensus::Opened(std::string_view realm, std::string_view backend) {
  const std::size_t place = Find(realm, backend);
  ++places_[place].open;
  ++places_[place].joins;
  return place;
}

std::size_t SessionCensus::Find(std::string_view realm, std::string_view backend) {
  if (!IsName(realm)) realm = kOther;
  struct Tier {
    std::string_view realm, backend;
    std::size_t most;
  };
  for (const Tier& tier :
       {Tier{realm, backend, kMostPlaces}, Tier{kOther, backend, kMostPlaces + kMostOthers},
        Tier{kOther, {}, by_name_.max_size()}}) {
    std::pair key{std::string(tier.realm), std::string(tier.backend)};
    if (const auto found = by_name_.find(key); found != by_name_.end()) return found->second;
    if (places_.size() < tier.most) {
      places_.push_back({key.first, key.second});
      return by_name_.emplace(std::move(key), places_.size() - 1).first->second;
    }
  }
  return 0;
}

}  // namespace wampgate::wamp
