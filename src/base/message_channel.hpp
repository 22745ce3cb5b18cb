#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/meter.hpp"
#include "base/prefetch_list.hpp"

namespace wampgate {

/// What a WebSocket frame calls text and binary; RawSocket does not tell them apart (always kBinary on
/// receipt).
enum class MessageKind : std::uint8_t { kText, kBinary };

/// Whether a message may share one frame with those sent before it in the same turn of the loop
/// (the parts are concatenated; the caller has put delimiters or lengths around them).
enum class Coalesce : std::uint8_t { kNo, kYes };

/// How a channel came to its end.
struct ChannelEnd {
  enum class Cause : std::uint8_t {
    kClosedByPeer,  ///< the peer closed orderly (WebSocket Close, FIN)
    kClosedByUs,    ///< Close() or Abort() of ours has finished
    kLost,          ///< reset, read or write error, FIN without a Close frame
    kViolation,     ///< the peer broke the framing protocol; `code` and `reason` say how
    kTimeout,       ///< ping, close or slow-consumer deadline; `reason` says which
  };
  Cause cause = Cause::kLost;
  std::uint16_t code = 0;  ///< WebSocket close code (RFC 6455 7.4), 0 where there is none
  std::string reason;
};

/// What a channel tells its owner. All calls come on the loop's thread and never from inside a call of the
/// owner into the channel, except that OnChannelEnd never comes before the channel's constructor returned.
class MessageReceiver {
 public:
  /// One whole message. `payload` is valid during the call only.
  virtual void OnMessage(MessageKind kind, std::string_view payload) = 0;

  /// A message of `total` octets has begun that one read does not hold; `head` is what is there of it (at
  /// least 64 octets). Return true to get it as it arrives, through OnPart, instead of whole, through
  /// OnMessage.
  virtual bool OnLargeMessage(MessageKind /*kind*/, std::size_t /*total*/, std::string_view /*head*/) {
    return false;
  }
  /// The next part of a message accepted by OnLargeMessage, from its first octet on; `last` with the final
  /// one.
  virtual void OnPart(std::string_view /*octets*/, bool /*last*/) {}

  /// Output that had passed the high watermark has fallen below the low one.
  virtual void OnDrained() = 0;

  /// The channel is dead: nothing more is sent or received. Exactly once, the last call.
  virtual void OnChannelEnd(const ChannelEnd& end) = 0;

 protected:
  ~MessageReceiver() = default;
};

/// A pipe of whole messages to one peer: a WebSocket or RawSocket connection, server or client side, after
/// its handshake. Order is kept. Output is collected and written once per turn of the loop. One thread.
class MessageChannel {
 public:
  static constexpr std::size_t kHighWatermark = 256 * 1024;  ///< of unsent octets: stop feeding
  static constexpr std::size_t kLowWatermark = 64 * 1024;    ///< of unsent octets: OnDrained

  virtual ~MessageChannel() = default;

  /// Who gets the messages. Must be called before the channel delivers anything; may be changed between
  /// messages.
  virtual void SetReceiver(MessageReceiver* receiver) = 0;

  /// Whether the MessageKind of what is received is the peer's word (WebSocket) or means nothing (RawSocket).
  virtual bool tells_kind() const { return false; }

  /// Appends a message to the output. False if it is longer than the peer takes (`max_send_size`) or the
  /// channel is closing: nothing was sent.
  virtual bool Send(MessageKind kind, std::string_view payload, Coalesce coalesce = Coalesce::kNo) = 0;

  /// Starts a message of exactly `total` octets whose parts follow with SendPart; no Send in between.
  /// False as with Send. Never for compressed channels (`can_stream`).
  virtual bool BeginMessage(MessageKind kind, std::size_t total) = 0;
  virtual void SendPart(std::string_view octets) = 0;
  virtual bool can_stream() const = 0;

  /// The longest message the peer takes, in octets.
  virtual std::size_t max_send_size() const = 0;
  /// Octets accepted by Send and not yet taken by the kernel.
  virtual std::size_t pending() const = 0;

  /// While paused the peer is not read (and its ping and idle deadlines stand still). Calls do not nest.
  virtual void PauseReading() = 0;
  virtual void ResumeReading() = 0;

  /// Orderly end: what was sent goes out first, then a Close frame with `code` and `reason` (WebSocket), then
  /// the end of the stream, with a deadline. Idempotent. Ends in OnChannelEnd.
  virtual void Close(std::uint16_t code, std::string_view reason) = 0;
  /// Drops the connection now (RST). OnChannelEnd follows in this turn of the loop.
  virtual void Abort() = 0;

  /// Octets received from and sent to the peer, framing included, and whole messages each way.
  struct Traffic {
    std::uint64_t octets_in = 0, octets_out = 0, messages_in = 0, messages_out = 0;
  };
  virtual Traffic traffic() const = 0;
  /// In whose sums the channel's traffic counts from now on; kOther at first.
  virtual void SetPeerKind(PeerKind /*kind*/) {}

  /// Adds the objects of the channel.
  virtual void AddTo(PrefetchList& /*list*/) const {}
  /// What delivering a message touches, down to the channel where it goes out; outlives the channel.
  virtual void SetTouched(const PrefetchList* /*list*/) {}
};

}  // namespace wampgate
