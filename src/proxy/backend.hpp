#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "proxy/backend_health.hpp"
#include "proxy/backend_record.hpp"
#include "proxy/options.hpp"

namespace wampgate::proxy {

/// A router as one worker process sees it: how to reach it, how it has been doing, what is open. Kept across
/// configuration snapshots while its options are equal; sessions hold it. Loop's thread only, but for what is
/// const.
class Backend {
 public:
  using Counters = BackendRecord;
  using SystemTime = std::chrono::system_clock::time_point;
  /// What joins have said.
  using Condition = BackendCondition;

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

  /// It is the one that is configured now: the record of its name says what it says.
  void SpeakForItsName();

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
  void Record();

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
