#include "websocket/message_connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <utility>

#include "websocket/close_code.hpp"
#include "websocket/connection.hpp"

namespace wampgate::websocket {
namespace {

using Cause = ChannelEnd::Cause;
using net::Stream;

/// Sockets come with TCP_NODELAY; without it the kernel may wait for more. Other than TCP sockets refuse, and
/// do not need it.
void DelaySmallSegments(const Stream& stream) {
  const int off = 0;
  ::setsockopt(stream.fd(), IPPROTO_TCP, TCP_NODELAY, &off, sizeof off);
}

/// A compressor that was idle for so long gives its 268 KiB back.
constexpr std::chrono::seconds kCompressorIdle{10};

}  // namespace

/// What most connections never need.
struct MessageConnection::Rare {
  std::optional<std::string> held_pong;  // payload of the latest ping that could not be answered at once
  Timer compressor_idle;
  bool compressor_used = false;
};

MessageConnection::MessageConnection(std::unique_ptr<Stream> stream,
                                     std::shared_ptr<const ConnectionOptions> options,
                                     const std::optional<DeflateParameters>& deflate)
    : StreamChannel(std::move(stream)),
      options_(std::move(options)),
      decoder_(*options_, deflate),
      encoder_(*options_, deflate) {
  if (!options_->tcp_nodelay) DelaySmallSegments(this->stream());
  const PingOptions& ping = options_->ping;
  StartKeepAlive({ping.interval, ping.timeout, static_cast<std::size_t>(ping.size)});
}

MessageConnection::~MessageConnection() = default;

MessageConnection::Rare& MessageConnection::rare() {
  if (!rare_) rare_ = std::make_unique<Rare>();
  return *rare_;
}

bool MessageConnection::Send(MessageKind kind, std::string_view payload, Coalesce coalesce) {
  if (!is_open() || payload.size() > max_send_size()) return false;
  if (payload.size() >= Stream::kWorthACall && encoder_.passes_parts()) {
    encoder_.BeginMessage(kind, payload.size(), stream().Output());
    WritePart(payload);
    CountSent();
    return true;
  }
  if (!encoder_.WriteMessage(kind, payload, coalesce, stream().Output())) return false;
  if (encoder_.compresses()) WatchCompressor();
  CountSent();
  return true;
}

bool MessageConnection::BeginMessage(MessageKind kind, std::size_t total) {
  if (!is_open() || !can_stream() || total > max_send_size()) return false;
  encoder_.BeginMessage(kind, total, stream().Output());
  CountSent();
  return true;
}

void MessageConnection::SendPart(std::string_view octets) {
  if (!is_open()) return;
  WritePart(octets);
  if (encoder_.missing() == 0) OnRoom();
}

void MessageConnection::WritePart(std::string_view octets) {
  if (octets.size() >= Stream::kWorthACall && encoder_.PassPart(octets.size())) {
    stream().Write(octets);
  } else {
    encoder_.WritePart(octets, stream().Output());
  }
}

void MessageConnection::WatchCompressor() {
  rare().compressor_used = true;
  if (rare_->compressor_idle.running() || !encoder_.deflater()->holds_context()) return;
  rare_->compressor_idle.Start(stream().loop().timers(), kCompressorIdle, [this] {
    if (std::exchange(rare_->compressor_used, false)) {
      rare_->compressor_idle.Restart(kCompressorIdle);
    } else {
      encoder_.deflater()->Release();
    }
  });
}

std::size_t MessageConnection::OnData(std::span<char> octets) {
  if (close_received_ || phase() == Phase::kEnded) return octets.size();
  const std::size_t consumed = decoder_.Feed(octets, *this);
  if (keep_alive() != nullptr && options_->ping.restart_on_any_traffic && decoder_.TakeProgress()) {
    keep_alive()->OnTraffic();
  }
  return close_received_ || phase() == Phase::kEnded ? octets.size() : consumed;
}

DecoderSink::Next MessageConnection::OnMessage(MessageKind kind, std::string_view payload) {
  Deliver(kind, payload);
  return GoOn();
}

bool MessageConnection::OnLargeMessage(MessageKind kind, std::uint64_t total, std::string_view head) {
  return OfferLarge(kind, total, head);
}

DecoderSink::Next MessageConnection::OnPart(std::string_view octets, bool last) {
  DeliverPart(octets, last);
  return GoOn();
}

DecoderSink::Next MessageConnection::OnControl(Opcode opcode, std::string_view payload) {
  if (opcode == Opcode::kPing) {
    Answer(payload);
  } else if (opcode == Opcode::kPong) {
    if (keep_alive() != nullptr) keep_alive()->OnPong(payload);
  } else {
    OnClose(payload);
  }
  return GoOn();
}

/// A peer that pings and does not read gets one answer, to the latest ping (RFC 6455 5.5.3), when it reads
/// again.
void MessageConnection::Answer(std::string_view ping) {
  if (!is_open()) return;
  if (encoder_.missing() > 0 || pending() > kHighWatermark) {
    rare().held_pong = std::string(ping);
  } else {
    encoder_.WriteControl(Opcode::kPong, ping, stream().Output());
  }
}

void MessageConnection::OnRoom() {
  if (!rare_ || !rare_->held_pong || !is_open() || encoder_.missing() > 0) return;
  const std::string ping = *std::exchange(rare_->held_pong, std::nullopt);
  Answer(ping);
}

bool MessageConnection::SendPing(std::string_view payload) {
  if (!is_open() || encoder_.missing() > 0) return false;
  encoder_.WriteControl(Opcode::kPing, payload, stream().Output());
  return true;
}

void MessageConnection::OnClose(std::string_view payload) {
  CloseStatus status;
  Violation violation;
  if (!ParseClosePayload(payload, status, violation)) {
    OnViolation(violation);
    return;
  }
  close_received_ = true;
  if (!is_open()) return FinishClosing();  // the answer to our Close, or one that has crossed it
  const bool can_answer = encoder_.missing() == 0;
  if (can_answer && options_->echo_close_codereason) {
    SendClose(status.code, status.reason);
  } else if (can_answer) {
    SendClose(kNormalClosure, "");
  }
  BeginClosing({Cause::kClosedByPeer, status.code, std::string(status.reason)}, kLinger);
  FinishClosing();
}

DecoderSink::Next MessageConnection::OnViolation(const Violation& violation) {
  ChannelEnd end{Cause::kViolation, violation.code, violation.reason};
  if (!is_open() || options_->fail_by_drop || encoder_.missing() > 0) {
    End(std::move(end), Stream::CloseHow::kReset);
  } else {
    SendClose(violation.code, violation.reason);
    decoder_.Discard();
    BeginClosing(std::move(end), options_->close_handshake_timeout);
  }
  return GoOn();
}

void MessageConnection::Close(std::uint16_t code, std::string_view reason) {
  if (!is_open()) return;
  ChannelEnd end{Cause::kClosedByUs, code, std::string(reason)};
  // A frame of which a part is missing leaves no place for a Close frame.
  if (encoder_.missing() > 0) return End(std::move(end), Stream::CloseHow::kReset);
  SendClose(code, reason);
  decoder_.Discard();
  BeginClosing(std::move(end), options_->close_handshake_timeout);
}

void MessageConnection::AddTo(PrefetchList& list) const {
  list.Add(this, sizeof *this);
  list.Add(&stream(), sizeof stream());
}

void MessageConnection::SendClose(std::uint16_t code, std::string_view reason) {
  encoder_.WriteControl(Opcode::kClose, ClosePayload(code, reason), stream().Output());
}

void MessageConnection::OnPeerEnd() {
  End({Cause::kLost, 0, "the peer ended the connection without a Close frame"}, Stream::CloseHow::kOrderly);
}

std::unique_ptr<MessageChannel> MakeConnection(std::unique_ptr<Stream> stream,
                                               std::shared_ptr<const ConnectionOptions> options,
                                               const std::optional<DeflateParameters>& deflate) {
  return std::make_unique<MessageConnection>(std::move(stream), std::move(options), deflate);
}

}  // namespace wampgate::websocket
