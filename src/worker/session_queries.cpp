#include "worker/session_queries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "config/filter.hpp"

namespace wampgate::worker {
namespace {

using config::Filter;
using Next = SlicedWork::Next;

constexpr std::size_t kSlice = 500;
constexpr std::chrono::seconds kRateWindow{60};
constexpr std::chrono::seconds kRateStep{1};

StatusOr<Filter> ParseFilter(const std::string& text, const google::protobuf::Descriptor& type) {
  auto filter = Filter::Parse(text, type);
  return filter.ok() ? std::move(filter) : Annotate(filter.status(), "filter");
}

/// Walks the open sessions that match, in slices.
struct Walk {
  std::vector<wamp::Session*> all;
  std::size_t at = 0;
  Filter filter;
  v1::Session message;

  /// False at the end. `visit(session)` finds it in `message`.
  template <typename Visit>
  bool Slice(wamp::SessionRegistry& sessions, const ProcessNames& names, const Visit& visit) {
    const std::size_t end = std::min(all.size(), at + kSlice);
    for (; at < end; ++at) {
      wamp::Session* session = all[at];
      if (!sessions.Contains(session) || !session->facts().is_open) continue;
      FillSession(*session, names, message);
      if (filter.Matches(message)) visit(*session);
    }
    return at < all.size();
  }
};

/// Whether a session is of one of the objects, or of what lies within one.
bool IsOf(const std::string& name, const google::protobuf::RepeatedPtrField<std::string>& objects) {
  return std::any_of(objects.begin(), objects.end(), [&](const std::string& object) {
    return name.starts_with(object) && (name.size() == object.size() || name[object.size()] == '/');
  });
}

bool IsMeant(const v1::Session& session, const internal::CloseSessions& query) {
  const bool of_objects = query.objects().empty() || IsOf(session.transport(), query.objects()) ||
                          IsOf(session.backend(), query.objects());
  const std::int64_t began = session.start_time().seconds() * 1000 + session.start_time().nanos() / 1'000'000;
  return of_objects && (query.began_before_milliseconds() == 0 || began < query.began_before_milliseconds());
}

double Seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

void SessionQueries::Serve(Queries& queries) {
  queries.Serve(internal::Query::kListSessions,
                [this](const auto& query, const auto& slot) { List(query.list_sessions(), slot); });
  queries.Serve(internal::Query::kListEnded,
                [this](const auto& query, const auto& slot) { ListEnded(query.list_ended(), slot); });
  queries.Serve(internal::Query::kCloseSessions,
                [this](const auto& query, const auto& slot) { Close(query.close_sessions(), slot); });
}

void SessionQueries::List(const internal::ListSessions& query, const AnswerSlot& slot) {
  auto filter = ParseFilter(query.filter(), *v1::Session::descriptor());
  if (!filter.ok()) return slot.Refuse(filter.status());
  auto walk = std::make_shared<Walk>(Walk{around_.sessions.All(), 0, *std::move(filter), {}});
  auto answer = std::make_shared<internal::QueryAnswer>();
  const std::size_t limit = query.limit() == 0 ? SIZE_MAX : query.limit();
  around_.work.Start([this, walk, answer, limit, slot] {
    internal::SessionList& list = *answer->mutable_sessions();
    const bool more = walk->Slice(around_.sessions, around_.names, [&](const wamp::Session& session) {
      list.set_total(list.total() + 1);
      const auto listed = static_cast<std::size_t>(list.sessions_size());
      if (listed >= std::min(limit, kMostListed)) return;
      SetRates(session.id(), walk->message);
      list.add_sessions()->Swap(&walk->message);
    });
    if (more) return Next::kMore;
    if (limit > kMostListed && list.total() > kMostListed) {
      slot.Refuse(ResourceExhausted(
          fmt::format("{} sessions match in {}, at most {} can be listed: narrow the filter", list.total(),
                      around_.names.process, kMostListed)));
    } else {
      slot.Send(std::move(*answer));
    }
    return Next::kDone;
  });
}

void SessionQueries::SetRates(std::uint64_t id, v1::Session& session) {
  const auto now = std::chrono::steady_clock::now();
  const auto [place, is_new] = samples_.try_emplace(id);
  Sample& sample = place->second;
  const auto since = now - sample.time;
  if (!is_new && since < kRateStep) {
    session.set_message_rate_from_client(sample.rate_from_client);
    session.set_message_rate_to_client(sample.rate_to_client);
    return;
  }
  const bool is_recent = !is_new && since <= kRateWindow;
  const double age = static_cast<double>(session.age().seconds()) + session.age().nanos() / 1e9;
  const double seconds = std::max(is_recent ? Seconds(since) : age, 0.001);
  const std::uint64_t from = session.messages_from_client() - (is_recent ? sample.from_client : 0);
  const std::uint64_t to = session.messages_to_client() - (is_recent ? sample.to_client : 0);
  sample = {now, session.messages_from_client(), session.messages_to_client(),
            static_cast<double>(from) / seconds, static_cast<double>(to) / seconds};
  session.set_message_rate_from_client(sample.rate_from_client);
  session.set_message_rate_to_client(sample.rate_to_client);
  if (forget_samples_.running()) return forget_samples_.Restart(kRateWindow);
  forget_samples_.Start(around_.loop.timers(), kRateWindow, [this] { samples_ = {}; });
}

void SessionQueries::ListEnded(const internal::ListEndedSessions& query, const AnswerSlot& slot) {
  auto filter = ParseFilter(query.filter(), *v1::EndedSession::descriptor());
  if (!filter.ok()) return slot.Refuse(filter.status());
  struct Job {
    Filter filter;
    std::uint64_t next;  // those below are still to be looked at
    v1::EndedSession message{};
    internal::QueryAnswer answer{};
  };
  auto job = std::make_shared<Job>(Job{*std::move(filter), around_.ended.end()});
  const std::size_t limit =
      query.limit() == 0 ? kMostEnded : std::min<std::size_t>(query.limit(), kMostEnded);
  const std::int64_t before = query.before();
  around_.work.Start([this, job, limit, before, slot] {
    internal::EndedSessionList& list = *job->answer.mutable_ended();
    for (std::size_t i = 0; i < kSlice; ++i) {
      const bool full = static_cast<std::size_t>(list.ended_size()) >= limit;
      if (full || job->next <= around_.ended.begin()) {
        slot.Send(std::move(job->answer));
        return Next::kDone;
      }
      v1::EndedSession& ended = job->message;
      if (!around_.ended.Read(--job->next, ended)) continue;
      const std::int64_t time = ended.end_time().seconds() * 1'000'000'000 + ended.end_time().nanos();
      if ((before == 0 || time <= before) && job->filter.Matches(ended)) list.add_ended()->Swap(&ended);
    }
    return Next::kMore;
  });
}

void SessionQueries::Close(const internal::CloseSessions& query, const AnswerSlot& slot) {
  auto filter = ParseFilter(query.filter(), *v1::Session::descriptor());
  if (!filter.ok()) return slot.Refuse(filter.status());
  struct Job {
    Walk walk;
    internal::CloseSessions query;
    std::vector<std::pair<std::chrono::steady_clock::time_point, wamp::Session*>> found{};
  };
  auto job = std::make_shared<Job>(Job{{around_.sessions.All(), 0, *std::move(filter), {}}, query});
  around_.work.Start([this, job, slot] {
    const bool more = job->walk.Slice(around_.sessions, around_.names, [&](wamp::Session& session) {
      if (!IsMeant(job->walk.message, job->query)) return;
      job->found.emplace_back(session.facts().last_message, &session);
    });
    if (more) return Next::kMore;
    std::erase_if(job->found, [this](const auto& found) {
      return !around_.sessions.Contains(found.second) || !found.second->facts().is_open;
    });
    std::sort(job->found.begin(), job->found.end());
    const std::size_t most = std::min<std::size_t>(job->query.limit(), job->found.size());
    const auto reason = job->query.reason() == Name(EndReason::kShutdown) ? EndReason::kShutdown
                                                                          : EndReason::kClosedByOperator;
    const wamp::Farewell farewell{.uri = job->query.goodbye_reason(),
                                  .text = job->query.goodbye_message(),
                                  .websocket_code = static_cast<std::uint16_t>(job->query.websocket_code()),
                                  .retry_after_seconds = job->query.retry_after_seconds()};
    internal::QueryAnswer answer;
    internal::ClosedSessions& closed = *answer.mutable_closed();
    for (std::size_t i = 0; i < most; ++i) {
      wamp::Session* session = job->found[i].second;
      if (around_.sessions.Contains(session)) session->End(reason, farewell);
    }
    closed.set_closed(most);
    closed.set_left(job->found.size() - most);
    slot.Send(std::move(answer));
    return Next::kDone;
  });
}

}  // namespace wampgate::worker
