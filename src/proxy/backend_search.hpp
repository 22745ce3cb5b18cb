#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/timer_wheel.hpp"
#include "proxy/backend_dialer.hpp"
#include "proxy/backend_group.hpp"
#include "proxy/settings.hpp"

namespace wampgate::proxy {

/// Finds a backend that takes the connection of one joining session: tries the candidates of a route in
/// order, all within one deadline, of which each attempt gets an equal share while others are left. Reports
/// failures to the backends' health. Not to be destroyed from inside its owner's calls (DeleteLater).
class BackendSearch final : public net::Mortal {
 public:
  class Owner {
   public:
    virtual void OnBackendConnected(std::shared_ptr<Backend> backend, std::unique_ptr<wamp::Link> link) = 0;
    /// Every candidate failed; `failures` names each and why: "unix:/run/a.sock: connection refused; …".
    virtual void OnBackendsExhausted(const std::string& failures) = 0;

   protected:
    ~Owner() = default;
  };

  BackendSearch(Runtime& runtime, std::vector<std::shared_ptr<Backend>> candidates,
                wamp::Serializer preferred);
  ~BackendSearch() override;

  /// Reports to `owner` from then on, never from inside this call. False: there is no candidate.
  bool Start(Owner& owner);
  /// The connection reported last ended before the router said anything: goes on with the next candidate.
  /// False: there is none; nothing is reported.
  bool Lost(std::string_view why);
  /// Ends the search: nothing is reported any more.
  void Cancel();

  /// Longest join_timeout of the candidates: the budget of the whole join.
  std::chrono::milliseconds budget() const { return budget_; }
  /// What is left of it.
  std::chrono::milliseconds left() const;
  const std::string& failures() const { return failures_; }
  /// Since the candidate at hand was dialled.
  std::chrono::microseconds attempt_age() const;

 private:
  bool TryNext();
  void OnDialed(StatusOr<std::unique_ptr<wamp::Link>> link);
  void OnAttemptTimeout();
  void Fail(std::string_view why);
  void Note(std::string_view why);
  void DropDial();
  std::chrono::milliseconds ShareOfAttempt() const;

  Runtime& runtime_;
  Owner* owner_ = nullptr;
  std::vector<std::shared_ptr<Backend>> candidates_;
  wamp::Serializer preferred_;
  std::size_t next_ = 0;
  std::chrono::milliseconds budget_{0};
  BackendHealth::Clock::time_point deadline_{};
  BackendHealth::Clock::time_point dialled_{};
  std::unique_ptr<net::Mortal> dial_;
  Timer attempt_;
  std::string failures_;
};

}  // namespace wampgate::proxy
