#include "management/config_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <memory>

#include "management/config_snapshot.hpp"
#include "management/event_stream.hpp"

namespace wampgate::management {
namespace {

using supervisor::ConfigEventKind;
using Stream = EventStream<v1::ConfigEvent>;

v1::ConfigEvent::Kind ToProto(ConfigEventKind kind) {
  switch (kind) {
    case ConfigEventKind::kSnapshot:
      return v1::ConfigEvent::SNAPSHOT;
    case ConfigEventKind::kCommitted:
      return v1::ConfigEvent::COMMITTED;
    case ConfigEventKind::kRolledBack:
      return v1::ConfigEvent::ROLLED_BACK;
    case ConfigEventKind::kConfirmed:
      return v1::ConfigEvent::CONFIRMED;
    case ConfigEventKind::kBookmark:
      return v1::ConfigEvent::BOOKMARK;
  }
  return v1::ConfigEvent::KIND_UNSPECIFIED;
}

v1::ConfigEvent MakeEvent(ConfigEventKind kind, const internal::Revision& revision) {
  v1::ConfigEvent event;
  event.set_kind(ToProto(kind));
  event.set_revision(kind == ConfigEventKind::kRolledBack ? revision.undoes() : revision.number());
  if (kind == ConfigEventKind::kSnapshot) {
    Fill(revision, v1::GetConfigRequest::NODE, *event.mutable_snapshot());
  } else if (kind == ConfigEventKind::kCommitted) {
    FillAbout(revision, *event.mutable_snapshot());
    *event.mutable_plan() = revision.request().result().plan();
  }
  return event;
}

/// A rolled-back revision is resumed from itself: what undoes it comes after it.
Status Overflow(const v1::ConfigEvent& last) {
  return ResourceExhausted(
      last.revision() == 0
          ? "the watch was not read, and more than 1,024 events waited; begin a new one"
          : fmt::format(
                "the watch was not read, and more than 1,024 events waited; resume with from_revision {}",
                last.revision()));
}

Status CheckResumable(const supervisor::Supervisor& supervisor, std::uint64_t from) {
  if (from == 0) return OkStatus();
  WAMPGATE_ASSIGN_OR_RETURN(const std::vector<std::uint64_t> kept, supervisor.ListRevisions());
  if (kept.empty() || from > kept.back()) {
    return MakeStatus(StatusCode::kOutOfRange,
                      fmt::format("there is no revision {} yet; the newest that can be resumed from is {}",
                                  from, kept.empty() ? 0 : kept.back()));
  }
  const std::uint64_t oldest = std::max<std::uint64_t>(kept.front() - 1, 1);
  if (from >= oldest) return OkStatus();
  return MakeStatus(
      StatusCode::kOutOfRange,
      fmt::format("what came after revision {} is not kept any more; the oldest that can be resumed "
                  "from is {}. Begin a new watch for a snapshot",
                  from, oldest));
}

}  // namespace

grpc::ServerWriteReactor<v1::ConfigEvent>* WatchConfig(supervisor::Supervisor& supervisor,
                                                       const v1::WatchConfigRequest& request) {
  // The stream may be closed before the subscription has told its number.
  auto subscription = std::make_shared<std::promise<std::uint64_t>>();
  auto number = subscription->get_future().share();
  const auto stream = Stream::Make({.overflow = Overflow, .closed = [&supervisor, number] {
                                      if (const std::uint64_t watch = number.get(); watch != 0) {
                                        supervisor.UnwatchConfig(watch);
                                      }
                                    }});
  grpc::ServerWriteReactor<v1::ConfigEvent>* reactor = stream.get();
  if (const Status status = CheckResumable(supervisor, request.from_revision()); !status.ok()) {
    subscription->set_value(0);
    stream->End(status);
    return reactor;
  }
  subscription->set_value(supervisor.WatchConfig(
      request.from_revision(),
      {.tell = [stream](ConfigEventKind kind,
                        const internal::Revision& revision) { stream->Push(MakeEvent(kind, revision)); },
       .end = [stream](const Status& status) { stream->End(status); }}));
  return reactor;
}

}  // namespace wampgate::management
