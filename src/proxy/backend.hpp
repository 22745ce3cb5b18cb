#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "proxy/backend_health.hpp"
#include "proxy/options.hpp"

namespace wampgate::proxy {

/// A router as one worker process sees it: how to reach it, how it has been doing, what is open. Kept across
/// configuration snapshots while its options are equal; sessions hold it. Loop's thread only, but for what is
/// const.
class Backend {
 public:
  struct Counters {
    std::uint64_t joins = 0;     ///< sessions that reached WELCOME
    std::uint64_t failures = 0;  ///< connections that failed or ended without an answer to HELLO
    std::uint64_t refusals = 0;  ///< HELLOs answered with ABORT
    std::uint64_t open = 0;      ///< sessions between WELCOME and their end
  };

  explicit Backend(BackendOptions options);
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  const BackendOptions& options() const { return options_; }
  /// Where it is, for messages: "unix:/run/a.sock".
  const std::string& address() const { return address_; }

  /// The WebSocket options of a connection whose client speaks `preferred`: that subprotocol is offered first
  /// if it is configured, the others follow in their order. Null for RawSocket backends.
  std::shared_ptr<const websocket::ClientOptions> WebSocketOptions(wamp::Serializer preferred) const;

  /// Bookkeeping of joins. `why` is what ListStatus and messages show.
  void Answered();
  void Joined();
  void Refused();
  void Failed(std::string_view why, BackendHealth::Clock::time_point now);
  void SessionEnded();

  BackendHealth& health() { return health_; }
  const Counters& counters() const { return counters_; }
  /// The last failure since the start, also when it is up again; empty: none.
  const std::string& last_error() const { return last_error_; }

 private:
  BackendOptions options_;
  std::string address_;
  std::vector<std::shared_ptr<const websocket::ClientOptions>>
      websocket_;  // per serializer, in options' order
  BackendHealth health_;
  Counters counters_;
  std::string last_error_;
};

}  // namespace wampgate::proxy
