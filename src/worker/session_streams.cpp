#include "worker/session_streams.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/filter.hpp"

namespace wampgate::worker {
namespace {

constexpr std::size_t kSlice = 200;

}  // namespace

struct SessionStreams::Watcher {
  config::Filter filter;
  ItemStream* stream;  // null once stopped

  void Tell(v1::SessionEvent::Kind kind, const v1::Session& session, const v1::EndedSession* end) const {
    if (stream == nullptr || !filter.Matches(session)) return;
    internal::StreamItem item;
    v1::SessionEvent& event = *item.mutable_session();
    event.set_kind(kind);
    *event.mutable_session() = session;
    if (end != nullptr) *event.mutable_end() = *end;
    stream->Send(std::move(item));
  }
};

void SessionStreams::Serve(Queries& queries) {
  queries.Serve(internal::Subscribe::kSessions,
                [this](const internal::Subscribe& subscribe, ItemStream& stream) {
                  return Watch(subscribe.sessions(), stream);
                });
  queries.Serve(internal::Subscribe::kTrace,
                [this](const internal::Subscribe& subscribe, ItemStream& stream) {
                  return Trace(subscribe.trace(), stream);
                });
}

SessionStreams::Stop SessionStreams::Watch(const internal::SessionFilter& wanted, ItemStream& stream) {
  auto filter = config::Filter::Parse(wanted.filter(), *v1::Session::descriptor());
  if (!filter.ok()) {
    stream.End(Annotate(filter.status(), "filter"));
    return nullptr;
  }
  auto watcher = std::make_shared<Watcher>(Watcher{*std::move(filter), &stream});
  watchers_.push_back(watcher);
  FeedPresent(watcher);
  return [this, watcher] {
    watcher->stream = nullptr;
    watchers_.remove(watcher);
  };
}

// Sessions that open or end meanwhile are told as such.
void SessionStreams::FeedPresent(const std::shared_ptr<Watcher>& watcher) {
  struct Feed {
    std::vector<wamp::Session*> all;
    std::size_t at = 0;
    v1::Session message{};
  };
  auto feed = std::make_shared<Feed>(Feed{around_.sessions.All()});
  around_.work.Start([this, watcher, feed] {
    if (watcher->stream == nullptr) return SlicedWork::Next::kDone;
    if (!watcher->stream->has_room()) return SlicedWork::Next::kLater;
    const std::size_t end = std::min(feed->all.size(), feed->at + kSlice);
    for (; feed->at < end; ++feed->at) {
      wamp::Session* session = feed->all[feed->at];
      if (!around_.sessions.Contains(session) || !session->facts().is_open) continue;
      FillSession(*session, around_.names, feed->message);
      watcher->Tell(v1::SessionEvent::PRESENT, feed->message, nullptr);
    }
    return feed->at < feed->all.size() ? SlicedWork::Next::kMore : SlicedWork::Next::kDone;
  });
}

SessionStreams::Stop SessionStreams::Trace(const v1::TraceSessionsRequest& wanted, ItemStream& stream) {
  const auto tracer = tracers_.insert(tracers_.end(), Tracer{wanted.name(), wanted.authid(), stream});
  for (wamp::Session* session : around_.sessions.All()) Join(*tracer, *session);
  return [this, tracer] { StopTracer(tracer); };
}

void SessionStreams::Join(Tracer& tracer, wamp::Session& session) {
  const wamp::SessionFacts facts = session.facts();
  if (tracer.ended || !facts.is_open) return;
  const bool is_wanted =
      tracer.name.empty() ? facts.authid == tracer.authid
                          : tracer.name == fmt::format("{}/sessions/{}", around_.names.worker, session.id());
  if (!is_wanted) return;
  if (tracer.sessions.size() == kMostTraced) {
    tracer.ended = true;
    return tracer.stream.End(ResourceExhausted(
        fmt::format("the authid has more than {} sessions in {}: trace one of them by its name", kMostTraced,
                    around_.names.process)));
  }
  tracer.sessions.insert(&session);
  session.SetTraced(true);
}

void SessionStreams::StopTracer(std::list<Tracer>::iterator tracer) {
  const Tracer stopped = std::move(*tracer);
  tracers_.erase(tracer);
  for (wamp::Session* session : around_.sessions.All()) {
    if (stopped.sessions.contains(session) && !IsTraced(*session)) session->SetTraced(false);
  }
}

bool SessionStreams::IsTraced(const wamp::Session& session) const {
  return std::any_of(tracers_.begin(), tracers_.end(),
                     [&](const Tracer& tracer) { return tracer.sessions.contains(&session); });
}

void SessionStreams::OnOpened(wamp::Session& session) {
  if (!watchers_.empty()) {
    v1::Session message;
    FillSession(session, around_.names, message);
    for (const auto& watcher : watchers_) watcher->Tell(v1::SessionEvent::OPENED, message, nullptr);
  }
  for (Tracer& tracer : tracers_) Join(tracer, session);
}

void SessionStreams::OnEnded(const wamp::Session& session, const wamp::SessionOutcome& end) {
  v1::EndedSession ended;
  FillEnded(session, end, around_.names, ended);
  around_.ended.Add(ended);
  if (end.stage == wamp::SessionStage::kOpen && !watchers_.empty()) {
    v1::Session message;
    FillSession(session, around_.names, message);
    for (const auto& watcher : watchers_) watcher->Tell(v1::SessionEvent::ENDED, message, &ended);
  }
  for (Tracer& tracer : tracers_) {
    if (tracer.sessions.erase(&session) == 0 || tracer.name.empty() || tracer.ended) continue;
    tracer.ended = true;
    tracer.stream.End(OkStatus());
  }
}

void SessionStreams::OnRefused(const wamp::TransportDetails& details, const wamp::SessionOutcome& end) {
  v1::EndedSession ended;
  FillRefused(details, end, around_.names, ended);
  around_.ended.Add(ended);
}

void SessionStreams::OnTraced(const wamp::Session& session, const wamp::TracedMessage& message) {
  v1::TracedMessage traced;
  for (Tracer& tracer : tracers_) {
    if (!tracer.sessions.contains(&session) || tracer.ended) continue;
    if (!traced.has_time()) FillTraced(session, message, around_.names, traced);
    internal::StreamItem item;
    *item.mutable_traced() = traced;
    tracer.stream.Send(std::move(item));
  }
}

}  // namespace wampgate::worker
