#pragma once

#include <grpcpp/grpcpp.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

/// Included by the .cpp files of this module only: it shows gRPC.
namespace wampgate::management {

/// The reply stream of one call, fed from any thread. What the caller does not take waits, up to kMostWaiting
/// octets; then the call ends with RESOURCE_EXHAUSTED. Lives until the call is over; feeders hold a Feed.
template <typename Item>
class ItemWriter final : public grpc::ServerWriteReactor<Item> {
 public:
  static constexpr std::size_t kMostWaiting = 8 * 1024 * 1024;

  /// What feeders hold; safe to use after the call is over.
  class Feed {
   public:
    /// False: the call is over or ends.
    bool Push(Item item) {
      const std::lock_guard lock(mutex_);
      return writer_ != nullptr && writer_->Push(std::move(item));
    }
    /// Ends the call, after what waits unless the status is an error.
    void Finish(grpc::Status status) {
      const std::lock_guard lock(mutex_);
      if (writer_ != nullptr) writer_->End(std::move(status));
    }

   private:
    friend class ItemWriter;
    std::mutex mutex_;
    ItemWriter* writer_ = nullptr;
  };

  /// `on_over` is called once, on a thread of gRPC's, when the call is over.
  static std::shared_ptr<Feed> Make(ItemWriter*& reactor) {
    auto feed = std::make_shared<Feed>();
    reactor = new ItemWriter(feed);
    feed->writer_ = reactor;
    return feed;
  }
  void OnOver(std::function<void()> on_over) { on_over_ = std::move(on_over); }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(feed_->mutex_);
    writing_ = false;
    if (!ok) return FinishNow(grpc::Status::CANCELLED);
    waiting_octets_ -= waiting_.front().second;
    waiting_.pop_front();
    Next();
  }
  void OnCancel() override {
    const std::lock_guard lock(feed_->mutex_);
    End(grpc::Status::CANCELLED);
  }
  void OnDone() override {
    {
      const std::lock_guard lock(feed_->mutex_);
      feed_->writer_ = nullptr;
    }
    if (on_over_) on_over_();
    delete this;
  }

 private:
  explicit ItemWriter(std::shared_ptr<Feed> feed) : feed_(std::move(feed)) {}

  // With the lock held:
  bool Push(Item item) {
    if (ending_) return false;
    const std::size_t octets = item.ByteSizeLong() + 64;
    if (waiting_octets_ + octets > kMostWaiting) {
      End({grpc::StatusCode::RESOURCE_EXHAUSTED,
           "items came faster than they were taken, and some are lost: begin anew, with a narrower filter"});
      return false;
    }
    waiting_octets_ += octets;
    waiting_.emplace_back(std::move(item), octets);
    if (!writing_) Next();
    return true;
  }
  void End(grpc::Status status) {
    if (ending_) return;
    ending_ = true;
    status_ = std::move(status);
    if (!status_.ok()) {
      while (waiting_.size() > (writing_ ? 1U : 0U)) {
        waiting_octets_ -= waiting_.back().second;
        waiting_.pop_back();
      }
    }
    if (!writing_) Next();
  }
  void Next() {
    if (!waiting_.empty()) {
      writing_ = true;
      return this->StartWrite(&waiting_.front().first);
    }
    if (ending_) FinishNow(status_);
  }
  void FinishNow(const grpc::Status& status) {
    if (std::exchange(finished_, true)) return;
    ending_ = true;
    this->Finish(status);
  }

  std::shared_ptr<Feed> feed_;
  std::function<void()> on_over_;
  std::deque<std::pair<Item, std::size_t>> waiting_;
  std::size_t waiting_octets_ = 0;
  grpc::Status status_;
  bool writing_ = false;
  bool ending_ = false;
  bool finished_ = false;
};

}  // namespace wampgate::management
