#include "rawsocket/channel.hpp"

#include <utility>

#include "base/check.hpp"

namespace wampgate::rawsocket {

using Cause = ChannelEnd::Cause;
using net::Stream;

Channel::Channel(std::unique_ptr<Stream> stream, const ChannelOptions& options)
    : StreamChannel(std::move(stream)),
      decoder_(options.max_receive_size),
      max_send_size_(options.max_send_size) {
  StartKeepAlive({.interval = options.ping_interval, .timeout = options.ping_timeout});
}

void Channel::AppendFrame(FrameType type, std::string_view payload) {
  ByteBuffer& out = stream().Output();
  EncodeFrameHeader({type, payload.size()}, out.Reserve(FrameHeader::kSize));
  out.Commit(FrameHeader::kSize);
  AppendPayload(payload);
}

void Channel::AppendPayload(std::string_view octets) {
  if (octets.size() >= Stream::kWorthACall) {
    stream().Write(octets);
  } else {
    stream().Output().Append(octets);
  }
}

bool Channel::Send(MessageKind, std::string_view payload, Coalesce) {
  if (!CanSend(payload.size())) return false;
  WAMPGATE_CHECK(missing_ == 0);
  AppendFrame(FrameType::kMessage, payload);
  CountSent();
  return true;
}

bool Channel::BeginMessage(MessageKind, std::size_t total) {
  if (!CanSend(total)) return false;
  WAMPGATE_CHECK(missing_ == 0);
  missing_ = total;
  ByteBuffer& out = stream().Output();
  EncodeFrameHeader({FrameType::kMessage, total}, out.Reserve(FrameHeader::kSize));
  out.Commit(FrameHeader::kSize);
  CountSent();
  return true;
}

void Channel::SendPart(std::string_view octets) {
  if (!is_open()) return;
  WAMPGATE_CHECK(octets.size() <= missing_);
  missing_ -= octets.size();
  AppendPayload(octets);
  if (missing_ == 0) OnRoom();
}

std::size_t Channel::OnData(std::span<char> octets) {
  if (!is_open()) return octets.size();
  const std::size_t consumed = decoder_.Feed({octets.data(), octets.size()}, *this);
  if (!is_open()) return octets.size();
  input_left_ = consumed < octets.size() && wants_input();
  if (keep_alive() != nullptr) keep_alive()->OnTraffic();
  return consumed;
}

DecoderSink::Next Channel::OnFrame(FrameType type, std::string_view payload) {
  if (type == FrameType::kMessage) {
    Deliver(MessageKind::kBinary, payload);
  } else if (type == FrameType::kPing) {
    Answer(payload);
  } else if (keep_alive() != nullptr) {
    keep_alive()->OnPong(payload);
  }
  return is_open() ? GoOn() : Next::kStop;
}

bool Channel::OnLargeMessage(std::size_t total, std::string_view head) {
  return OfferLarge(MessageKind::kBinary, total, head);
}

DecoderSink::Next Channel::OnPart(std::string_view octets, bool last) {
  DeliverPart(octets, last);
  return is_open() ? GoOn() : Next::kStop;
}

/// A peer that pings and does not read gets one answer, to the latest PING, when it reads again.
void Channel::Answer(std::string_view ping) {
  if (!is_open() || ping.size() > max_send_size_) return;
  if (missing_ > 0 || pending() > kHighWatermark) {
    held_pong_ = std::make_unique<std::string>(ping);
  } else {
    AppendFrame(FrameType::kPong, ping);
  }
}

void Channel::OnRoom() {
  if (!held_pong_ || missing_ > 0) return;
  const auto ping = std::move(held_pong_);
  Answer(*ping);
}

bool Channel::SendPing(std::string_view payload) {
  if (!is_open() || missing_ > 0) return false;
  AppendFrame(FrameType::kPing, payload);
  return true;
}

void Channel::OnViolation(std::string reason) {
  End({Cause::kViolation, 0, std::move(reason)}, Stream::CloseHow::kReset);
}

void Channel::OnPeerEnd() {
  if (decoder_.in_frame() || input_left_) {
    return End({Cause::kLost, 0, "the peer ended the connection inside a frame"}, Stream::CloseHow::kOrderly);
  }
  if (pending() == 0) return End({Cause::kClosedByPeer, 0, ""}, Stream::CloseHow::kOrderly);
  BeginClosing({Cause::kClosedByPeer, 0, ""}, kLinger);  // it may still read what was sent before
  OnEnd();
}

void Channel::Close(std::uint16_t code, std::string_view reason) {
  if (!is_open()) return;
  ChannelEnd end{Cause::kClosedByUs, code, std::string(reason)};
  if (missing_ > 0) return End(std::move(end), Stream::CloseHow::kReset);
  BeginClosing(std::move(end), kLinger);
  FinishClosing();
}

void Channel::AddTo(PrefetchList& list) const {
  list.Add(this, sizeof *this);
  list.Add(&stream(), sizeof stream());
}

}  // namespace wampgate::rawsocket
