#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/timer_wheel.hpp"
#include "net/stream_channel.hpp"
#include "websocket/decoder.hpp"
#include "websocket/deflate_parameters.hpp"
#include "websocket/encoder.hpp"
#include "websocket/options.hpp"

namespace wampgate::websocket {

/// A WebSocket connection after its handshake, either side: decoder and encoder on a stream, and the answers
/// to control frames (RFC 6455 5.5, 7; spec 2.2.14…2.2.17, 2.6).
class MessageConnection final : public net::StreamChannel, private DecoderSink {
 public:
  MessageConnection(std::unique_ptr<net::Stream> stream, std::shared_ptr<const ConnectionOptions> options,
                    const std::optional<DeflateParameters>& deflate);
  ~MessageConnection() override;

  bool Send(MessageKind kind, std::string_view payload, Coalesce coalesce) override;
  bool BeginMessage(MessageKind kind, std::size_t total) override;
  void SendPart(std::string_view octets) override;
  bool tells_kind() const override { return true; }
  bool can_stream() const override { return !encoder_.compresses(); }
  std::size_t max_send_size() const override { return MessageLimit(*options_); }
  void Close(std::uint16_t code, std::string_view reason) override;
  void AddTo(PrefetchList& list) const override;

 private:
  struct Rare;

  std::size_t OnData(std::span<char> octets) override;
  void OnPeerEnd() override;
  void OnRoom() override;
  bool SendPing(std::string_view payload) override;

  Next OnMessage(MessageKind kind, std::string_view payload) override;
  bool OnLargeMessage(MessageKind kind, std::uint64_t total, std::string_view head) override;
  Next OnPart(std::string_view octets, bool last) override;
  Next OnControl(Opcode opcode, std::string_view payload) override;
  Next OnViolation(const Violation& violation) override;

  Next GoOn() const { return wants_input() && !close_received_ ? Next::kGoOn : Next::kStop; }
  void Answer(std::string_view ping);
  void OnClose(std::string_view payload);
  void SendClose(std::uint16_t code, std::string_view reason);
  void WritePart(std::string_view octets);
  /// Frees the compressor when it was not used for a while.
  void WatchCompressor();
  Rare& rare();

  std::shared_ptr<const ConnectionOptions> options_;
  Decoder decoder_;
  Encoder encoder_;
  std::unique_ptr<Rare> rare_;
  bool close_received_ = false;
};

}  // namespace wampgate::websocket
