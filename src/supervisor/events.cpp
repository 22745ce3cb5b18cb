#include "supervisor/events.hpp"

#include <fmt/format.h>
#include <google/protobuf/util/time_util.h>

#include <atomic>
#include <utility>
#include <vector>

namespace wampgate::supervisor {
namespace {

using google::protobuf::util::TimeUtil;
using Kind = v1::NodeEvent;

v1::NodeEvent::Kind KindOf(const std::string& state) {
  static const std::map<std::string, v1::NodeEvent::Kind> kinds = {
      {"starting", Kind::STARTING}, {"running", Kind::STARTED},     {"stopping", Kind::STOPPING},
      {"stopped", Kind::STOPPED},   {"removed", Kind::STOPPED},     {"failed", Kind::FAILED},
      {"backoff", Kind::FAILED},    {"draining", Kind::DRAINING},   {"drained", Kind::DRAINING},
      {"serving", Kind::STARTED},   {"not serving", Kind::STOPPED}, {"up", Kind::STARTED},
      {"down", Kind::FAILED}};
  const auto found = kinds.find(state);
  return found == kinds.end() ? Kind::CHANGED : found->second;
}

v1::NodeEvent MakeEvent(v1::NodeEvent::Kind kind, const std::string& name, const ObjectState& object) {
  v1::NodeEvent event;
  event.set_kind(kind);
  event.set_name(name);
  event.set_state(object.state);
  event.set_detail(object.detail);
  *event.mutable_time() = TimeUtil::GetCurrentTime();
  return event;
}

}  // namespace

// A node that starts later begins with higher numbers: no event takes as short as a microsecond.
Events::Events(net::Loop& loop)
    : loop_(loop),
      last_(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                           std::chrono::system_clock::now().time_since_epoch())
                                           .count())) {}

Events::~Events() = default;

std::uint64_t Events::Watch(std::uint64_t from, Calls calls) {
  static std::atomic<std::uint64_t> last{0};
  const std::uint64_t id = ++last;
  loop_.Post([this, id, from, calls = std::move(calls)]() mutable { Begin(id, from, std::move(calls)); });
  return id;
}

void Events::Unwatch(std::uint64_t id) {
  loop_.Post([this, id] { watchers_.erase(id); });
}

void Events::Begin(std::uint64_t id, std::uint64_t from, Calls calls) {
  if (closed_) return calls.on_end(*closed_);
  if (watchers_.size() >= kMostWatchers) {
    return calls.on_end(
        ResourceExhausted(fmt::format("{} watch the events already; end one of them", watchers_.size())));
  }
  if (from != 0 && (from > last_ || from + kept_.size() < last_)) {
    return calls.on_end(MakeStatus(
        StatusCode::kOutOfRange,
        fmt::format("events are kept from {} to {}: watch without a number, and begin with a snapshot",
                    last_ - kept_.size(), last_)));
  }
  const Calls& watcher = watchers_[id] = std::move(calls);
  if (from == 0) {
    for (const auto& [name, object] : objects_) {
      v1::NodeEvent event = MakeEvent(v1::NodeEvent::SNAPSHOT, name, object);
      event.set_sequence(last_);
      watcher.on_event(event);
    }
  } else {
    for (const v1::NodeEvent& event : kept_) {
      if (event.sequence() > from) watcher.on_event(event);
    }
  }
  if (!bookmark_.running()) bookmark_.Start(loop_.timers(), kBookmarkInterval, [this] { Bookmark(); });
}

void Events::Bookmark() {
  v1::NodeEvent event = MakeEvent(v1::NodeEvent::BOOKMARK, "", {});
  event.set_sequence(last_);
  for (const auto& [id, watcher] : watchers_) watcher.on_event(event);
  if (!watchers_.empty()) bookmark_.Restart(kBookmarkInterval);
}

void Events::Add(v1::NodeEvent event) {
  event.set_sequence(++last_);
  kept_.push_back(event);
  if (kept_.size() > kKept) kept_.pop_front();
  for (const auto& [id, watcher] : watchers_) watcher.on_event(event);
  if (bookmark_.running()) bookmark_.Restart(kBookmarkInterval);
}

void Events::Observe(const ObjectStates& now) {
  if (now == objects_) return;
  const ObjectStates before = std::exchange(objects_, now);
  for (const auto& [name, object] : now) {
    const auto old = before.find(name);
    if (old != before.end() && old->second == object) continue;
    const bool same_state = old != before.end() && old->second.state == object.state;
    Add(MakeEvent(same_state ? v1::NodeEvent::CHANGED : KindOf(object.state), name, object));
  }
  for (const auto& [name, object] : before) {
    if (!now.contains(name)) Add(MakeEvent(v1::NodeEvent::STOPPED, name, {"removed", ""}));
  }
}

void Events::Tell(const std::string& name, const std::string& detail) {
  const auto object = objects_.find(name);
  Add(MakeEvent(v1::NodeEvent::CHANGED, name,
                {object == objects_.end() ? "" : object->second.state, detail}));
}

void Events::Close(const Status& why) {
  closed_ = why;
  bookmark_.Stop();
  for (const auto& [id, watcher] : std::exchange(watchers_, {})) {
    watcher.on_end(why);
  }
}

}  // namespace wampgate::supervisor
