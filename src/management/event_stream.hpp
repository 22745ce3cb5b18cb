#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "management/grpc_status.hpp"

/// Included by the .cpp files of this module only: it shows gRPC.
namespace wampgate::management {

/// The answer to a watch: events come from any thread and are written as fast as the caller reads; at most
/// `most` wait. What does not fit ends the stream with an error, never silently.
template <typename Event>
class EventStream final : public grpc::ServerWriteReactor<Event> {
 public:
  struct Options {
    std::size_t most = 1024;
    /// The status of a stream whose caller does not read: says where to resume after `last`, the last event
    /// that was written (default-constructed: none was).
    std::function<Status(const Event& last)> overflow;
    std::function<void()> closed;  ///< once: nothing more is written; unsubscribe
  };

  /// It lives until gRPC is done with it and the last event source has let go of it.
  static std::shared_ptr<EventStream> Make(Options options) {
    std::shared_ptr<EventStream> stream(new EventStream(std::move(options)));
    stream->self_ = stream;
    return stream;
  }

  void Push(Event event) {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    if (waiting_.size() >= options_.most) {
      waiting_.clear();
      return FinishLocked(ToGrpc(options_.overflow(writing_ ? current_ : last_)));
    }
    waiting_.push_back(std::move(event));
    if (!writing_) WriteNext();
  }
  /// The same, but false where Push would end the stream: the event is lost, and the stream goes on.
  bool TryPush(Event event) {
    const std::lock_guard lock(mutex_);
    if (ending_) return true;  // nobody misses it
    if (waiting_.size() >= options_.most) return false;
    waiting_.push_back(std::move(event));
    if (!writing_) WriteNext();
    return true;
  }
  /// Ends the stream after what waits was written.
  void End(const Status& status) {
    const std::lock_guard lock(mutex_);
    if (!ending_) FinishLocked(ToGrpc(status));
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    last_ = std::move(current_);
    if (!ok) waiting_.clear();
    if (!waiting_.empty()) return WriteNext();
    if (ending_ && !finished_) Finish();
  }
  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    waiting_.clear();
    if (!ending_) FinishLocked(grpc::Status(grpc::StatusCode::CANCELLED, "the caller has gone"));
  }
  void OnDone() override {
    options_.closed();
    self_.reset();  // perhaps the last reference
  }

 private:
  explicit EventStream(Options options) : options_(std::move(options)) {}
  void WriteNext() {
    writing_ = true;
    current_ = std::move(waiting_.front());
    waiting_.pop_front();
    this->StartWrite(&current_);
  }
  void FinishLocked(grpc::Status status) {
    ending_ = true;
    status_ = std::move(status);
    if (!writing_) Finish();
  }
  void Finish() {
    finished_ = true;
    grpc::ServerWriteReactor<Event>::Finish(status_);
  }

  const Options options_;
  std::shared_ptr<EventStream> self_;
  std::mutex mutex_;
  std::deque<Event> waiting_;
  Event current_, last_;
  grpc::Status status_;
  bool writing_ = false;
  bool ending_ = false;    // takes no more events
  bool finished_ = false;  // has told gRPC
};

}  // namespace wampgate::management
