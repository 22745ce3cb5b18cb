#include "net/stream_channel.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/check.hpp"

namespace wampgate::net {
namespace {
/// Output that keeps moving extends the deadline this often.
constexpr int kMostExtensions = 30;
}  // namespace

struct StreamChannel::Ending {
  ChannelEnd end;
  Timer timer;
  std::chrono::milliseconds deadline{0};
  std::uint64_t octets_out = 0;  // when the deadline was started
  int extensions = 0;
  bool everything_said = false;
  bool peer_ended = false;
  bool reported = false;
};

StreamChannel::StreamChannel(std::unique_ptr<Stream> stream) : stream_(std::move(stream)) {
  stream_->SetWatermarks(kLowWatermark, kHighWatermark);
  stream_->PauseReading();
  stream_->Start(*this);
}

StreamChannel::~StreamChannel() {
  stream_->loop().Forget(static_cast<Flushable&>(*this));
}

void StreamChannel::SetReceiver(MessageReceiver* receiver) {
  receiver_ = receiver;
  if (phase_ == Phase::kEnded && !ending_->reported) stream_->loop().FlushLater(*this);
  UpdateReading();
}

void StreamChannel::PauseReading() {
  paused_ = true;
  UpdateReading();
}

void StreamChannel::ResumeReading() {
  paused_ = false;
  UpdateReading();
}

void StreamChannel::UpdateReading() {
  if (phase_ == Phase::kEnded) return;
  const bool read = phase_ == Phase::kClosing || (receiver_ != nullptr && !paused_);
  if (read) {
    stream_->ResumeReading();
  } else {
    stream_->PauseReading();
  }
  if (keep_alive_ == nullptr) return;
  if (read) {
    keep_alive_->Resume();
  } else {
    keep_alive_->Pause();
  }
}

void StreamChannel::Deliver(MessageKind kind, std::string_view message) {
  if (phase_ != Phase::kOpen) return;
  CountReceived();
  if (receiver_ != nullptr) receiver_->OnMessage(kind, message);
}

bool StreamChannel::OfferLarge(MessageKind kind, std::uint64_t total, std::string_view head) {
  return phase_ == Phase::kOpen && receiver_ != nullptr && receiver_->OnLargeMessage(kind, total, head);
}

void StreamChannel::DeliverPart(std::string_view octets, bool last) {
  if (phase_ != Phase::kOpen) return;
  if (last) CountReceived();
  if (receiver_ != nullptr) receiver_->OnPart(octets, last);
}

void StreamChannel::CountReceived() {
  ++messages_in_;
  ++stream_->meter().messages_in;
}

MessageChannel::Traffic StreamChannel::traffic() const {
  return {stream_->octets_in(), stream_->octets_out(), messages_in_, messages_out_};
}

void StreamChannel::StartKeepAlive(const KeepAlive::Options& options) {
  if (options.interval.count() == 0) return;
  keep_alive_ =
      std::make_unique<KeepAlive>(stream_->loop().timers(), options, static_cast<KeepAliveHandler&>(*this));
  UpdateReading();
}

std::uint64_t StreamChannel::Progress() const {
  return stream_->pending() > 0 ? stream_->octets_out() : KeepAliveHandler::kEverythingSent;
}

void StreamChannel::OnPeerSilent() {
  End({ChannelEnd::Cause::kTimeout, 0, "the peer did not answer a ping in time"}, Stream::CloseHow::kReset);
}

void StreamChannel::BeginClosing(ChannelEnd end, std::chrono::milliseconds deadline) {
  WAMPGATE_CHECK(phase_ == Phase::kOpen);
  phase_ = Phase::kClosing;
  keep_alive_.reset();
  ending_ = std::make_unique<Ending>();
  ending_->end = std::move(end);
  StartDeadline(deadline);
  UpdateReading();
}

void StreamChannel::StartDeadline(std::chrono::milliseconds deadline) {
  ending_->deadline = deadline;
  ending_->octets_out = stream_->octets_out();
  if (deadline.count() > 0) {
    ending_->timer.Start(stream_->loop().timers(), deadline, [this] { OnDeadline(); });
  } else {
    ending_->timer.Stop();
  }
}

void StreamChannel::OnDeadline() {
  Ending& ending = *ending_;
  if (stream_->pending() > 0 && stream_->octets_out() != ending.octets_out &&
      ++ending.extensions < kMostExtensions) {
    return StartDeadline(ending.deadline);
  }
  if (!ending.everything_said && ending.end.cause == ChannelEnd::Cause::kClosedByUs) {
    ending.end.cause = ChannelEnd::Cause::kTimeout;
    ending.end.reason = fmt::format("the peer did not answer Close within {} ms", ending.deadline.count());
    if (const std::size_t lost = stream_->pending(); lost > 0)
      ending.end.reason += fmt::format("; the last {} octets to it are lost", lost);
  }
  End({}, Stream::CloseHow::kReset);
}

void StreamChannel::FinishClosing() {
  if (phase_ != Phase::kClosing || ending_->everything_said) return;
  ending_->everything_said = true;
  stream_->SetWatermarks(0, 0);  // OnDrained tells when the last octet is gone
  stream_->ShutdownWrite();
  StartDeadline(kLinger);
}

void StreamChannel::Abort() {
  End({ChannelEnd::Cause::kClosedByUs, 0, ""}, Stream::CloseHow::kReset);
}

void StreamChannel::End(ChannelEnd end, Stream::CloseHow how) {
  if (phase_ == Phase::kEnded) return;
  phase_ = Phase::kEnded;
  if (ending_ == nullptr) {
    ending_ = std::make_unique<Ending>();
    ending_->end = std::move(end);
  }
  ending_->timer.Stop();
  if (keep_alive_) keep_alive_->Pause();  // may be what is calling
  stream_->Close(how);
  stream_->loop().FlushLater(*this);
}

void StreamChannel::Flush() {
  if (phase_ != Phase::kEnded || ending_->reported || receiver_ == nullptr) return;
  ending_->reported = true;
  receiver_->OnChannelEnd(ending_->end);
}

void StreamChannel::OnEnd() {
  if (phase_ == Phase::kOpen) return OnPeerEnd();
  if (phase_ != Phase::kClosing) return;
  ending_->peer_ended = true;
  if (stream_->pending() == 0) return End({}, Stream::CloseHow::kOrderly);
  FinishClosing();
}

void StreamChannel::OnDrained() {
  if (phase_ == Phase::kClosing && ending_->peer_ended && stream_->pending() == 0) {
    return End({}, Stream::CloseHow::kOrderly);
  }
  if (phase_ != Phase::kOpen) return;
  OnRoom();
  if (receiver_ != nullptr) receiver_->OnDrained();
}

void StreamChannel::OnError(const Status& status) {
  End({ChannelEnd::Cause::kLost, 0, std::string(Message(status))}, Stream::CloseHow::kReset);
}

}  // namespace wampgate::net
