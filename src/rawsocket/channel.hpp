#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "net/stream_channel.hpp"
#include "rawsocket/decoder.hpp"

namespace wampgate::rawsocket {

/// What a RawSocket connection is run with after its handshake.
struct ChannelOptions {
  std::size_t max_receive_size = 0;            ///< what we announced
  std::size_t max_send_size = 0;               ///< what the peer announced
  std::chrono::milliseconds ping_interval{0};  ///< 0 = off
  std::chrono::milliseconds ping_timeout{0};   ///< 0 = off
};

/// A RawSocket connection after its handshake, either side (spec 3.6.2). Messages carry no kind: what comes
/// in is kBinary. Closing is the end of the stream; there is no code to send.
class Channel final : public net::StreamChannel, private DecoderSink {
 public:
  Channel(std::unique_ptr<net::Stream> stream, const ChannelOptions& options);

  bool Send(MessageKind kind, std::string_view payload, Coalesce coalesce) override;
  bool BeginMessage(MessageKind kind, std::size_t total) override;
  void SendPart(std::string_view octets) override;
  bool can_stream() const override { return true; }
  std::size_t max_send_size() const override { return max_send_size_; }
  void Close(std::uint16_t code, std::string_view reason) override;
  void AddTo(PrefetchList& list) const override;

 private:
  std::size_t OnData(std::span<char> octets) override;
  void OnPeerEnd() override;
  void OnRoom() override;
  bool SendPing(std::string_view payload) override;

  Next OnFrame(FrameType type, std::string_view payload) override;
  bool OnLargeMessage(std::size_t total, std::string_view head) override;
  Next OnPart(std::string_view octets, bool last) override;
  void OnViolation(std::string reason) override;

  Next GoOn() const { return wants_input() ? Next::kGoOn : Next::kStop; }
  bool CanSend(std::size_t size) const { return is_open() && size > 0 && size <= max_send_size_; }
  void AppendFrame(FrameType type, std::string_view payload);
  void AppendPayload(std::string_view octets);
  void Answer(std::string_view ping);

  Decoder decoder_;
  std::size_t max_send_size_;
  std::size_t missing_ = 0;                 // octets of a begun message still to be sent
  std::unique_ptr<std::string> held_pong_;  // of the latest PING that could not be answered at once
  bool input_left_ = false;                 // the last input ended inside a frame
};

}  // namespace wampgate::rawsocket
