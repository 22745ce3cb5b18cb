#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/timer_wheel.hpp"
#include "proxy/backend.hpp"
#include "proxy/settings.hpp"

namespace wampgate::proxy {

/// How sessions of a backend begin.
enum class JoinMode : std::uint8_t {
  kOnBehalf,     ///< this node joins for clients that it has authenticated
  kTransparent,  ///< the client's own HELLO goes to the router
};

struct ProbeOrder {
  std::shared_ptr<Backend> backend;
  JoinMode mode = JoinMode::kOnBehalf;
  std::shared_ptr<const NodeIdentity> node;
  std::string realm;
  std::string role;                   ///< kOnBehalf
  std::chrono::milliseconds timeout;  ///< of everything together
};

/// What came of it.
struct ProbeReport {
  enum class Outcome : std::uint8_t {
    kJoined,       ///< WELCOME, and GOODBYE answered
    kChallenged,   ///< the router asks for authentication
    kRefused,      ///< ABORT
    kUnreachable,  ///< no connection, or no transport handshake
    kBroken,       ///< the connection ended, or what came was no answer
    kTimedOut,
  };
  enum class Stage : std::uint8_t { kConnect, kHello, kGoodbye, kDone };
  Outcome outcome = Outcome::kTimedOut;
  Stage stage = Stage::kConnect;  ///< where it ended
  std::string reason;             ///< URI, the router's
  std::string message;            ///< the router's words, or what went wrong
  std::chrono::microseconds connect_time{0}, join_time{0}, leave_time{0};
  std::uint64_t session = 0;
  std::string serializer;
};

/// Joins a realm through a backend and leaves it, as a session would, whatever its duty. Touches neither
/// health nor counters of the backend. Loop's thread only; destroyed by DeleteLater.
class BackendProbe final : public net::Mortal, private wamp::LinkReceiver {
 public:
  using Done = std::function<void(const ProbeReport& report)>;
  BackendProbe(Runtime& runtime, ProbeOrder order, Done done);
  ~BackendProbe() override;

  /// `done` comes once, when the connection has ended; never from inside this call.
  void Start();

 private:
  using Clock = std::chrono::steady_clock;
  using Outcome = ProbeReport::Outcome;
  using Stage = ProbeReport::Stage;

  void OnMessage(std::string_view message) override;
  void OnDrained() override {}
  void OnViolation(std::string_view detail) override;
  void OnLinkEnd(const ChannelEnd& end) override;

  void OnDialed(StatusOr<std::unique_ptr<wamp::Link>> link);
  void SendHello();
  void OnAnswer(std::string_view message);
  void OnWelcome(std::string_view message);
  void OnRefusal(std::string_view message);
  std::chrono::microseconds Lap();
  void End(Outcome outcome, std::string message);
  void Report();

  Runtime& runtime_;
  ProbeOrder order_;
  Done done_;
  ProbeReport report_;
  Clock::time_point lap_;
  std::unique_ptr<net::Mortal> dial_;
  std::unique_ptr<wamp::Link> link_;
  Timer deadline_;
  bool is_over_ = false;  ///< the outcome is known; the connection closes
};

}  // namespace wampgate::proxy
