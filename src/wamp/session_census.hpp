#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/end_reason.hpp"
#include "wamp/session_facts.hpp"

namespace wampgate::wamp {

/// Counts the sessions of a process by realm and backend, and how sessions and connections ended. Bounded
/// whatever clients call their realms: beyond kMostPlaces, and for names that are long or no text, it counts
/// under the realm "other".
class SessionCensus {
 public:
  static constexpr std::size_t kMostPlaces = 200;
  static constexpr std::size_t kLongestRealm = 128;  ///< octets
  static constexpr std::string_view kOther = "other";

  struct Place {
    std::string realm;
    std::string backend;  ///< resource name
    std::uint64_t open = 0;
    std::uint64_t joins = 0;
  };

  /// A session has been welcomed. Give what it returns to Left when the session is gone.
  std::size_t Opened(std::string_view realm, std::string_view backend);
  void Left(std::size_t place) { --places_[place].open; }
  void Ended(SessionStage stage, EndReason reason) { ++ends_[Cell(stage, reason)]; }

  /// In the order in which they were first seen; none is ever removed.
  const std::vector<Place>& places() const { return places_; }
  std::uint64_t ends(SessionStage stage, EndReason reason) const { return ends_[Cell(stage, reason)]; }

 private:
  static constexpr std::size_t kReasons = static_cast<std::size_t>(EndReason::kInternal) + 1;
  static constexpr std::size_t Cell(SessionStage stage, EndReason reason) {
    return static_cast<std::size_t>(stage) * kReasons + static_cast<std::size_t>(reason);
  }
  std::size_t Find(std::string_view realm, std::string_view backend);

  std::vector<Place> places_;
  std::map<std::pair<std::string, std::string>, std::size_t, std::less<>> by_name_;
  std::array<std::uint64_t, kSessionStages * kReasons> ends_{};
};

}  // namespace wampgate::wamp
