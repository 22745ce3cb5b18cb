#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/end_reason.hpp"
#include "wamp/session_acceptor.hpp"
#include "wamp/session_census.hpp"
#include "wamp/session_facts.hpp"

namespace wampgate::wamp {

/// One client session of this process, proxied or at the embedded router, from accept to its end.
class Session {
 public:
  virtual ~Session() = default;
  /// Ends it from our side: GOODBYE (or ABORT before WELCOME) fitting the reason, close of the connection
  /// (1001 for kShutdown), and removal from its registry when done. Idempotent.
  virtual void End(EndReason reason, const Farewell& farewell) = 0;
  void End(EndReason reason) { End(reason, Farewell{}); }
  /// Drops it at once (deadline of a drain).
  virtual void Kill() = 0;
  virtual const TransportDetails& details() const = 0;
  /// WAMP session id, 0 before WELCOME; realm, empty before HELLO.
  virtual std::uint64_t id() const = 0;
  virtual const std::string& realm() const = 0;
  /// Resource name of the backend it is joined to; empty before WELCOME and at the embedded router.
  virtual std::string_view backend() const { return {}; }
  virtual SessionFacts facts() const = 0;
  /// While on, the session hands each message that passes to its registry's Traced.
  virtual void SetTraced(bool on) = 0;
};

/// Told what happens to the sessions of a process. Calls come from inside the sessions: they end none.
class SessionObserver {
 public:
  /// The client has got its WELCOME.
  virtual void OnOpened(Session& session) = 0;
  /// Of every session, open or not; it is removed next.
  virtual void OnEnded(const Session& session, const SessionOutcome& end) = 0;
  /// Of a connection that never was a session.
  virtual void OnRefused(const TransportDetails& details, const SessionOutcome& end) = 0;
  virtual void OnTraced(const Session& session, const TracedMessage& message) = 0;

 protected:
  ~SessionObserver() = default;
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

  /// All that are present; those that a visit may have ended since are told by Contains.
  std::vector<Session*> All() const;
  bool Contains(Session* session) const { return sessions_.contains(session); }

  /// Null, or outlives the sessions.
  void SetObserver(SessionObserver* observer) { observer_ = observer; }
  void Opened(Session& session);
  /// Before Remove.
  void Ended(const Session& session, const SessionOutcome& end);
  void Refused(const TransportDetails& details, const SessionOutcome& end);
  void Traced(const Session& session, const TracedMessage& message) {
    if (observer_ != nullptr) observer_->OnTraced(session, message);
  }
  /// Counters of ends since the start, by reason.
  const std::unordered_map<int, std::uint64_t>& ends() const { return ends_; }
  const SessionCensus& census() const { return census_; }

  /// WAMP messages received from clients and backends since the start.
  void CountMessage() { ++messages_; }
  std::uint64_t messages() const { return messages_; }

 private:
  struct Held {
    std::unique_ptr<Session> session;
    std::optional<std::size_t> place;  // in the census, once it is open
  };
  std::unordered_map<Session*, Held> sessions_;
  std::map<std::string, std::size_t> by_transport_;
  std::function<void(std::unique_ptr<Session>)> dispose_;
  std::function<void()> on_empty_;
  SessionObserver* observer_ = nullptr;
  std::unordered_map<int, std::uint64_t> ends_;
  SessionCensus census_;
  std::uint64_t messages_ = 0;
};

}  // namespace wampgate::wamp
