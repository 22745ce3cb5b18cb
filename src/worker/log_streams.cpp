#include "worker/log_streams.hpp"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <utility>

#include "base/log_line.hpp"
#include "base/log_tap.hpp"

namespace wampgate::worker {
namespace {

constexpr std::size_t kMostQueued = 1024;

}  // namespace

/// Filled by whoever logs, on any thread.
struct LogStreams::Queue {
  struct Line {
    log::Level level;
    v1::LogLine line;
  };
  std::mutex mutex;
  std::deque<Line> lines;
  std::uint64_t lost = 0;
  bool posted = false;
  LogStreams* owner = nullptr;  // null: nobody sends any more

  /// Whether the loop is to be woken.
  bool Add(const log::TappedLine& tapped) {
    const std::lock_guard lock(mutex);
    if (lines.size() >= kMostQueued) {
      ++lost;
      return false;
    }
    Line& added = lines.emplace_back();
    added.level = tapped.level;
    using std::chrono::milliseconds;
    *added.line.mutable_time() = google::protobuf::util::TimeUtil::MillisecondsToTimestamp(
        std::chrono::duration_cast<milliseconds>(tapped.time.time_since_epoch()).count());
    added.line.set_level(std::string(Name(tapped.level)));
    added.line.set_module(std::string(tapped.module));
    added.line.set_text(std::string(tapped.text));
    added.line.set_lost(std::exchange(lost, 0));
    return !std::exchange(posted, true);
  }
};

LogStreams::LogStreams(net::Loop& loop) : loop_(loop), queue_(std::make_shared<Queue>()) {
  queue_->owner = this;
}

void LogStreams::Serve(Queries& queries) {
  queries.Serve(internal::Subscribe::kLogs, [this](const internal::Subscribe& subscribe, ItemStream& stream) {
    log::Level level = log::Level::kInfo;
    log::ParseLevel(subscribe.logs().level(), level);
    return Begin(level, stream);
  });
}

LogStreams::~LogStreams() {
  log::SetTap(log::Level::kOff, nullptr);
  queue_->owner = nullptr;  // of the loop's thread, as SendQueued is
}

std::function<void()> LogStreams::Begin(log::Level level, ItemStream& stream) {
  streams_[&stream] = level;
  SetTap();
  return [this, &stream] {
    streams_.erase(&stream);
    SetTap();
  };
}

void LogStreams::SetTap() {
  log::Level lowest = log::Level::kOff;
  for (const auto& [stream, level] : streams_) lowest = std::min(lowest, level);
  log::SetTap(lowest, [queue = queue_, &loop = loop_](const log::TappedLine& line) {
    if (!queue->Add(line)) return;
    loop.Post([queue] {
      if (queue->owner != nullptr) queue->owner->SendQueued();
    });
  });
}

void LogStreams::SendQueued() {
  std::deque<Queue::Line> lines;
  {
    const std::lock_guard lock(queue_->mutex);
    lines.swap(queue_->lines);
    queue_->posted = false;
  }
  for (const Queue::Line& queued : lines) {
    for (const auto& [stream, level] : streams_) {
      if (queued.level < level) continue;
      internal::StreamItem item;
      *item.mutable_log() = queued.line;
      static_cast<void>(stream->Send(std::move(item)));  // counts what it loses
    }
  }
}

}  // namespace wampgate::worker
