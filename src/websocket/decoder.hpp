#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/byte_buffer.hpp"
#include "base/message_channel.hpp"
#include "base/utf8.hpp"
#include "websocket/close_code.hpp"
#include "websocket/deflate.hpp"
#include "websocket/deflate_parameters.hpp"
#include "websocket/frame_header.hpp"
#include "websocket/frame_rules.hpp"
#include "websocket/options.hpp"

namespace wampgate::websocket {

/// Gets what a Decoder finds. Views are valid during the call.
class DecoderSink {
 public:
  /// kStop makes Feed return after this call; the rest of the input stays unconsumed.
  enum class Next : std::uint8_t { kGoOn, kStop };

  virtual Next OnMessage(MessageKind kind, std::string_view payload) = 0;
  /// See MessageReceiver::OnLargeMessage. Only for messages that are neither compressed nor fragmented.
  virtual bool OnLargeMessage(MessageKind kind, std::uint64_t total, std::string_view head) = 0;
  virtual Next OnPart(std::string_view octets, bool last) = 0;
  /// kClose, kPing or kPong with the payload unmasked.
  virtual Next OnControl(Opcode opcode, std::string_view payload) = 0;
  /// The peer broke the protocol. If decoding goes on, data is skipped from here on and only control frames
  /// are told.
  virtual Next OnViolation(const Violation& violation) = 0;

 protected:
  ~DecoderSink() = default;
};

/// Turns the octets of one peer into messages. Pure: no socket, no clock. What it finds does not depend on
/// how the input is cut. Frames that are all there are unmasked and validated in place; of one that is not,
///  - up to 16 KiB stay in the input, the part that has come already unmasked and validated,
///  - more goes to the sink as it comes if that wants it (OnLargeMessage), else into a buffer that grows with
///  it.
/// Fragmented and compressed messages are put together in that buffer.
class Decoder {
 public:
  /// Incomplete frames up to this size stay in the input.
  static constexpr std::uint64_t kKeepInInput = 16 * 1024;
  /// How much of a large message is there when the sink is asked about it.
  static constexpr std::size_t kLargeHead = 64;

  /// `options` outlives the decoder.
  Decoder(const ConnectionOptions& options, const std::optional<DeflateParameters>& deflate);

  /// Decodes from the beginning of `input`, overwriting it; returns how much was consumed. The rest must come
  /// again, as this call left it, at the beginning of the next input.
  std::size_t Feed(std::span<char> input, DecoderSink& sink);

  /// From here on data frames are skipped unseen; only control frames and broken frame headers are told.
  void Discard() { discard_ = true; }

  /// True if octets of a data frame have come since the last call.
  bool TakeProgress() { return std::exchange(progress_, false); }

 private:
  enum class Step : std::uint8_t { kGoOn, kNeedMore, kStop };
  /// What becomes of the payload of the message that is being received.
  enum class Mode : std::uint8_t { kWhole, kAssembled, kStreamed, kCompressed };
  struct Cursor;
  /// Where messages are put together that do not come in one frame and one piece.
  struct Assembly {
    ByteBuffer octets;
    std::optional<Inflater> inflater;  // set if compression was negotiated
  };

  Step ReadHeader(Cursor& in, DecoderSink& sink);
  Step ReadControl(const FrameHeader& header, std::size_t size, Cursor& in, DecoderSink& sink);
  void BeginDataFrame(const FrameHeader& header);
  Step ReadPayload(Cursor& in, DecoderSink& sink);
  Step SkipPayload(Cursor& in);
  Step ReadWhole(Cursor& in, DecoderSink& sink);
  Step LeaveWhole(Cursor& in, DecoderSink& sink);
  Step ReadStreamed(Cursor& in, DecoderSink& sink);
  Step ReadAssembled(Cursor& in, DecoderSink& sink);
  Step ReadCompressed(Cursor& in, DecoderSink& sink);
  Step FinishCompressed(DecoderSink& sink);
  Step DeliverAssembled(DecoderSink& sink);
  Step Fail(Violation violation, DecoderSink& sink);

  ByteBuffer& assembled();
  void DropAssembled();
  void Unmask(char* octets, std::size_t count, std::size_t phase) const;
  void Consume(Cursor& in, std::size_t octets);
  void EndFrame();
  bool is_checked_text() const { return kind_ == MessageKind::kText && options_->validate_utf8; }
  /// False: bad text, of which BadText tells the place.
  bool AcceptText(std::string_view octets);
  Violation BadText() const;
  bool AcceptTextEnd() const { return !is_checked_text() || utf8_.Finish(); }
  Violation CutText() const;
  std::optional<Violation> CheckInflated(std::size_t begin, Inflater::Result result);

  const ConnectionOptions* options_;
  std::unique_ptr<Assembly> assembly_;
  std::uint64_t remaining_ = 0;       // payload octets of this frame that were not consumed
  std::uint64_t message_octets_ = 0;  // wire payload of this message's frames, this one included
  std::uint64_t text_octets_ = 0;     // of this message that the validator found good
  std::uint32_t mask_key_ = 0;
  std::uint32_t scanned_ = 0;  // kWhole: octets of the input already unmasked and validated
  std::uint8_t phase_ = 0;     // place in the masking key of the next octet to consume
  Utf8Validator utf8_;
  Mode mode_ = Mode::kWhole;
  MessageKind kind_ = MessageKind::kBinary;
  bool fin_ = true;
  bool in_frame_ = false;        // the header of a data frame was consumed, its payload was not
  bool inside_message_ = false;  // between the first frame of a message and the end of its last
  bool discard_ = false;
  bool progress_ = false;
};

}  // namespace wampgate::websocket
