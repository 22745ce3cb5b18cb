#pragma once

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/status.hpp"
#include "base/timer_wheel.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"

namespace wampgate::net {

/// The exchange that opens a connection, up to its result: owns the stream meanwhile, keeps the deadline, and
/// tells the result once. Destroying it cancels and drops the connection; it may be destroyed from inside
/// `done`.
template <typename Opened>
class StreamHandshake : public Mortal, protected StreamHandler {
 public:
  using Done = std::function<void(StatusOr<Opened>)>;

 protected:
  /// `peer` and `protocol` name them in messages: "the backend", "WebSocket". A timeout of 0 means none.
  StreamHandshake(std::unique_ptr<Stream> stream, std::chrono::milliseconds timeout, const char* peer,
                  const char* protocol, Done done)
      : stream_(std::move(stream)), peer_(peer), protocol_(protocol), done_(std::move(done)) {
    if (timeout.count() > 0) {
      deadline_.Start(stream_->loop().timers(), timeout, [this, timeout] { OnDeadline(timeout); });
    }
    stream_->Start(*this);
  }

  Stream& stream() { return *stream_; }
  const char* peer() const { return peer_; }
  /// For the channel that goes on with it.
  std::unique_ptr<Stream> TakeStream() { return std::move(stream_); }
  void SetDeadline(std::chrono::milliseconds delay) {
    deadline_.Start(stream_->loop().timers(), delay, [this, delay] { OnDeadline(delay); });
  }

  /// The last thing to do: `this` may be gone afterwards.
  void Finish(StatusOr<Opened> result) {
    deadline_.Stop();
    if (stream_) {
      stream_->Close(Stream::CloseHow::kOrderly);
      Loop& loop = stream_->loop();
      loop.DeleteLater(std::make_unique<Corpse>(std::move(stream_)));  // it may be what is calling
    }
    const Done done = std::exchange(done_, nullptr);
    if (done) done(std::move(result));
  }

  /// What has gone wrong so far, where the ways an exchange can break off are not the real reason.
  virtual Status Broken(const Status& how) { return how; }

  void OnEnd() override {
    Finish(Broken(
        Unavailable(fmt::format("{} ended the connection during the {} handshake", peer_, protocol_))));
  }
  void OnError(const Status& status) override {
    Finish(Broken(Annotate(
        status, fmt::format("the connection to {} broke during the {} handshake", peer_, protocol_))));
  }

 private:
  struct Corpse final : Mortal {
    explicit Corpse(std::unique_ptr<Stream> dead) : stream(std::move(dead)) {}
    std::unique_ptr<Stream> stream;
  };

  void OnDeadline(std::chrono::milliseconds timeout) {
    stream_->Close(Stream::CloseHow::kReset);
    Finish(Broken(DeadlineExceeded(fmt::format("{} did not complete the {} handshake within {} ms", peer_,
                                               protocol_, timeout.count()))));
  }

  std::unique_ptr<Stream> stream_;
  const char* peer_;
  const char* protocol_;
  Done done_;
  Timer deadline_;
};

}  // namespace wampgate::net
