#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/end_reason.hpp"
#include "wamp/session_acceptor.hpp"

namespace wampgate::wamp {

/// One client session of this process, proxied or at the embedded router, from accept to its end.
class Session {
 public:
  virtual ~Session() = default;
  /// Ends it from our side: GOODBYE (or ABORT before WELCOME) fitting the reason, close of the connection
  /// (1001 for kShutdown), and removal from its registry when done. Idempotent.
  virtual void End(EndReason reason) = 0;
  /// Drops it at once (deadline of a drain).
  virtual void Kill() = 0;
  virtual const TransportDetails& details() const = 0;
  /// WAMP session id, 0 before WELCOME; realm, empty before HELLO.
  virtual std::uint64_t id() const = 0;
  virtual const std::string& realm() const = 0;
  /// Resource name of the backend it is joined to; empty before WELCOME and at the embedded router.
  virtual std::string_view backend() const { return {}; }
};

/// Owns the sessions of one process. Loop's thread only.
class SessionRegistry {
 public:
  /// `dispose` destroys a removed session when none of its calls is on the stack (Loop::DeleteLater).
  explicit SessionRegistry(std::function<void(std::unique_ptr<Session>)> dispose);
  ~SessionRegistry();

  void Add(std::unique_ptr<Session> session);
  /// The session calls this as its last act.
  void Remove(Session& session);
  std::size_t size() const { return sessions_.size(); }
  /// Sessions present by the resource name of their transport (TransportDetails::transport).
  const std::map<std::string, std::size_t>& by_transport() const { return by_transport_; }
  /// `visit` may end sessions.
  void ForEach(const std::function<void(Session&)>& visit);
  /// Called each time the last session has gone.
  void OnEmpty(std::function<void()> callback) { on_empty_ = std::move(callback); }

  /// Counters since the start, by reason.
  void CountEnd(EndReason reason);
  const std::unordered_map<int, std::uint64_t>& ends() const { return ends_; }

  /// WAMP messages received from clients and backends since the start.
  void CountMessage() { ++messages_; }
  std::uint64_t messages() const { return messages_; }

 private:
  std::unordered_map<Session*, std::unique_ptr<Session>> sessions_;
  std::map<std::string, std::size_t> by_transport_;
  std::function<void(std::unique_ptr<Session>)> dispose_;
  std::function<void()> on_empty_;
  std::unordered_map<int, std::uint64_t> ends_;
  std::uint64_t messages_ = 0;
};

}  // namespace wampgate::wamp
