#pragma once

#include <list>
#include <memory>
#include <set>
#include <string>

#include "wamp/session_registry.hpp"
#include "worker/ended_sessions.hpp"
#include "worker/queries.hpp"
#include "worker/session_message.hpp"
#include "worker/sliced_work.hpp"

namespace wampgate::worker {

/// What the registry tells of sessions, as the supervisor's watchers and tracers want it, and the record of
/// ends. Loop's thread only; outlives the Queries.
class SessionStreams final : public wamp::SessionObserver {
 public:
  static constexpr std::size_t kMostTraced = 100;  ///< sessions of one trace

  struct Surroundings {
    wamp::SessionRegistry& sessions;
    EndedSessions& ended;
    SlicedWork& work;
    ProcessNames names;
  };
  explicit SessionStreams(Surroundings surroundings) : around_(std::move(surroundings)) {}
  SessionStreams(const SessionStreams&) = delete;
  SessionStreams& operator=(const SessionStreams&) = delete;

  void Serve(Queries& queries);

  void OnOpened(wamp::Session& session) override;
  void OnEnded(const wamp::Session& session, const wamp::SessionOutcome& end) override;
  void OnRefused(const wamp::TransportDetails& details, const wamp::SessionOutcome& end) override;
  void OnTraced(const wamp::Session& session, const wamp::TracedMessage& message) override;

 private:
  struct Watcher;
  struct Tracer {
    std::string name;    // of a session, or …
    std::string authid;  // … whose sessions
    ItemStream& stream;
    std::set<const wamp::Session*> sessions{};
    bool ended = false;
  };
  using Stop = std::function<void()>;

  Stop Watch(const internal::SessionFilter& wanted, ItemStream& stream);
  void FeedPresent(const std::shared_ptr<Watcher>& watcher);
  Stop Trace(const v1::TraceSessionsRequest& wanted, ItemStream& stream);
  void Join(Tracer& tracer, wamp::Session& session);
  void StopTracer(std::list<Tracer>::iterator tracer);
  bool IsTraced(const wamp::Session& session) const;

  Surroundings around_;
  std::list<std::shared_ptr<Watcher>> watchers_;
  std::list<Tracer> tracers_;
};

}  // namespace wampgate::worker
