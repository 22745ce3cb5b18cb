#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/latency_histogram.hpp"
#include "base/status.hpp"
#include "proxy/backend_health.hpp"
#include "proxy/options.hpp"

namespace wampgate::proxy {

/// What operators have a backend do. Not configuration.
enum class Duty : std::uint8_t {
  kActive,       ///< gets sessions
  kDraining,     ///< gets no new ones; those it has are to end
  kMaintenance,  ///< gets no new ones
};

/// What one worker process knows of a backend by its name, whatever its options become.
struct BackendRecord {
  std::uint64_t joins = 0;        ///< sessions that reached WELCOME
  std::uint64_t failures = 0;     ///< connections that failed or ended without an answer to HELLO
  std::uint64_t refusals = 0;     ///< HELLOs answered with ABORT
  std::uint64_t open = 0;         ///< sessions between WELCOME and their end
  LatencyHistogram join_latency;  ///< of the joins, from dialling to WELCOME
  Duty duty = Duty::kActive;
};

/// A router as one worker process sees it: how to reach it, how it has been doing, what is open. Kept across
/// configuration snapshots while its options are equal; sessions hold it. Loop's thread only, but for what is
/// const.
class Backend {
 public:
  using Counters = BackendRecord;
  using SystemTime = std::chrono::system_clock::time_point;
  /// What joins have said.
  enum class Condition : std::uint8_t { kUnknown, kUp, kDown };

  /// `record`: of the backends of this name.
  explicit Backend(BackendOptions options,
                   std::shared_ptr<BackendRecord> record = std::make_shared<BackendRecord>());
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  const BackendOptions& options() const { return options_; }
  /// Where it is, for messages: "unix:/run/a.sock".
  const std::string& address() const { return address_; }

  /// The WebSocket options of a connection whose client speaks `preferred`: that subprotocol is offered first
  /// if it is configured, the others follow in their order. Null for RawSocket backends.
  std::shared_ptr<const websocket::ClientOptions> WebSocketOptions(wamp::Serializer preferred) const;

  /// Bookkeeping of joins. `why` is what ListBackends and messages show.
  void Answered();
  /// `took`: from dialling to WELCOME.
  void Joined(std::chrono::microseconds took);
  void Refused();
  void Failed(std::string_view why, BackendHealth::Clock::time_point now);
  void SessionEnded();

  BackendHealth& health() { return health_; }
  const Counters& counters() const { return *record_; }
  Condition condition() const { return condition_; }
  /// Of the condition; meaningless while it is unknown.
  SystemTime condition_since() const { return condition_since_; }
  /// The last failure since the start, also when it is up again; empty: none.
  const std::string& last_error() const { return last_error_; }
  SystemTime last_error_time() const { return last_error_time_; }

  Duty duty() const { return record_->duty; }
  /// Of all backends of this name.
  void SetDuty(Duty duty) { record_->duty = duty; }

 private:
  void SetCondition(Condition condition);

  BackendOptions options_;
  std::string address_;
  std::vector<std::shared_ptr<const websocket::ClientOptions>>
      websocket_;  // per serializer, in options' order
  BackendHealth health_;
  std::shared_ptr<BackendRecord> record_;
  Condition condition_ = Condition::kUnknown;
  SystemTime condition_since_;
  std::string last_error_;
  SystemTime last_error_time_;
};

}  // namespace wampgate::proxy
