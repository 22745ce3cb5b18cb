#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/message_channel.hpp"
#include "net/keep_alive.hpp"
#include "net/stream.hpp"

namespace wampgate::net {

/// What the message channels over a Stream have in common: the receiver and when it may be called, pausing,
/// ending exactly once, lingering until the peer has got everything, keep-alive. What is derived from it
/// knows the framing.
///
///     kOpen --BeginClosing--> kClosing --(peer ended | deadline | error)--> kEnded
///       └------------------ (Abort | error | End) -----------------------------^
class StreamChannel : public MessageChannel,
                      protected StreamHandler,
                      private Flushable,
                      private KeepAliveHandler {
 public:
  ~StreamChannel() override;

  void SetReceiver(MessageReceiver* receiver) final;
  std::size_t pending() const final { return stream_->pending(); }
  void PauseReading() final;
  void ResumeReading() final;
  void Abort() final;
  Traffic traffic() const final;
  void SetPeerKind(PeerKind kind) final { stream_->SetPeerKind(kind); }
  void SetTouched(const PrefetchList* list) final { stream_->SetTouched(list); }

 protected:
  enum class Phase : std::uint8_t {
    kOpen,
    kClosing,  ///< the end is decided; the peer is read only to learn that it ends too
    kEnded,    ///< the stream is closed; OnChannelEnd was called or will be at the end of this turn
  };
  /// How long a peer may keep its side open after everything was said.
  static constexpr std::chrono::milliseconds kLinger{1000};

  /// Reading begins when there is a receiver.
  explicit StreamChannel(std::unique_ptr<Stream> stream);

  Stream& stream() { return *stream_; }
  const Stream& stream() const { return *stream_; }
  Phase phase() const { return phase_; }
  bool is_open() const { return phase_ == Phase::kOpen; }
  /// False while a decoder must not go on: the owner has paused, or everything is over.
  bool wants_input() const { return phase_ == Phase::kClosing || (phase_ == Phase::kOpen && !paused_); }

  /// To the receiver, if the channel is open and has one.
  void Deliver(MessageKind kind, std::string_view message);
  bool OfferLarge(MessageKind kind, std::uint64_t total, std::string_view head);
  void DeliverPart(std::string_view octets, bool last);
  void CountSent() {
    ++messages_out_;
    ++stream_->meter().messages_out;
  }

  void StartKeepAlive(const KeepAlive::Options& options);
  /// Null without keep-alive, or when closing.
  KeepAlive* keep_alive() { return keep_alive_.get(); }

  /// Decides the end and waits for the peer's part in it: at most `deadline` (0: for ever) without progress
  /// of the output, then the connection is dropped, and reported as a timeout if `end` says kClosedByUs.
  void BeginClosing(ChannelEnd end, std::chrono::milliseconds deadline);
  /// While closing: everything was said. What is queued goes out, then FIN; the peer has kLinger to end too.
  void FinishClosing();
  /// Over, now. While closing the end decided before counts.
  void End(ChannelEnd end, Stream::CloseHow how);

  /// The peer has ended its side while the channel was open.
  virtual void OnPeerEnd() = 0;
  /// Output has fallen below the low watermark.
  virtual void OnRoom() {}

  void OnEnd() final;
  void OnDrained() final;
  void OnError(const Status& status) final;

 private:
  struct Ending;

  void Flush() final;
  std::uint64_t Progress() const final;
  void OnPeerSilent() final;
  void CountReceived();
  void UpdateReading();
  void OnDeadline();
  void StartDeadline(std::chrono::milliseconds deadline);

  std::unique_ptr<Stream> stream_;
  MessageReceiver* receiver_ = nullptr;
  std::unique_ptr<KeepAlive> keep_alive_;
  std::unique_ptr<Ending> ending_;  // set from kClosing on
  std::uint64_t messages_in_ = 0;
  std::uint64_t messages_out_ = 0;
  Phase phase_ = Phase::kOpen;
  bool paused_ = false;
};

}  // namespace wampgate::net
