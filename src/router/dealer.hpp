#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "router/request.hpp"

namespace wampgate::router {

/// Remote procedure calls of one realm: exact and prefix registrations (one callee each), caller
/// identification, progressive results, call cancelling. Loop's thread only.
class Dealer {
 public:
  void Register(Member& member, const Request& request);
  void Unregister(Member& member, std::uint64_t request, std::uint64_t registration);
  void Call(Member& caller, const Request& request);
  void Cancel(Member& caller, std::uint64_t request, Cancelling mode);
  /// YIELD of a callee.
  void Yield(Member& callee, std::uint64_t invocation, const nlohmann::json& options, const Payload& payload);
  /// ERROR of a callee to an INVOCATION.
  void Fail(Member& callee, std::uint64_t invocation, const nlohmann::json& details, std::string_view uri,
            const Payload& payload);
  /// Forgets a member: its registrations go, callers of what it was working on get ERROR wamp.error.canceled,
  /// its own calls are interrupted.
  void Leave(Member& member);

 private:
  struct Registration {
    std::uint64_t id = 0;
    std::string uri;
    Match match = Match::kExact;
    Member* callee = nullptr;
  };
  struct Invocation {
    Member* caller = nullptr;  // null: nobody waits for the result any more
    std::uint64_t request = 0;
    Member* callee = nullptr;
    bool wants_progress = false;
  };
  using ByUri = std::map<std::string, std::uint64_t, std::less<>>;
  struct CallKey {
    Member* caller;
    std::uint64_t request;
    auto operator<=>(const CallKey&) const = default;
  };

  ByUri& Index(Match match) { return match == Match::kExact ? exact_ : prefix_; }
  /// Exact first, then the longest prefix.
  Registration* Find(const std::string& procedure);
  void Drop(std::uint64_t registration);
  void Interrupt(const Invocation& invocation, std::uint64_t id, std::string_view mode);
  /// The invocation a callee answers; null if it is none of its own.
  Invocation* Answered(Member& callee, std::uint64_t invocation);
  void Forget(std::uint64_t invocation);
  void SendInvocation(Member& caller, const Request& request, const Registration& registration);

  std::unordered_map<std::uint64_t, Registration> registrations_;
  ByUri exact_;
  ByUri prefix_;
  std::unordered_map<Member*, std::unordered_set<std::uint64_t>> by_member_;
  std::map<std::uint64_t, Invocation> invocations_;
  std::map<CallKey, std::uint64_t> calls_;
  std::uint64_t next_invocation_ = 0;
};

}  // namespace wampgate::router
