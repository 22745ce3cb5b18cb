#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/byte_buffer.hpp"
#include "rawsocket/wire.hpp"

namespace wampgate::rawsocket {

/// Gets what a Decoder finds. Views are valid during the call.
class DecoderSink {
 public:
  /// kStop makes Feed return after this call; the rest of the input stays unconsumed.
  enum class Next : std::uint8_t { kGoOn, kStop };

  virtual Next OnFrame(FrameType type, std::string_view payload) = 0;
  /// See MessageReceiver::OnLargeMessage.
  virtual bool OnLargeMessage(std::size_t total, std::string_view head) = 0;
  virtual Next OnPart(std::string_view octets, bool last) = 0;
  /// The peer broke the protocol; nothing more is decoded.
  virtual void OnViolation(std::string reason) = 0;

 protected:
  ~DecoderSink() = default;
};

/// Turns the octets of one peer into frames. Pure. What it finds does not depend on how the input is cut.
/// Incomplete frames of up to 16 KiB stay in the input; larger ones go to the sink as they come if it wants
/// that, else into a buffer that grows with them.
class Decoder {
 public:
  static constexpr std::size_t kKeepInInput = 16 * 1024;
  static constexpr std::size_t kLargeHead = 64;

  /// `max_message_size`: of a received frame's payload.
  explicit Decoder(std::size_t max_message_size) : max_message_size_(max_message_size) {}

  /// Decodes from the beginning of `input`; returns how much was consumed. The rest must come again.
  std::size_t Feed(std::string_view input, DecoderSink& sink);

  /// Whether the end of the stream would cut a frame, given how much of the last input was left over.
  bool in_frame() const { return mode_ != Mode::kHeader; }

 private:
  enum class Mode : std::uint8_t { kHeader, kAssembled, kStreamed, kBroken };
  enum class Step : std::uint8_t { kGoOn, kNeedMore, kStop };

  Step ReadFrame(std::string_view& in, DecoderSink& sink);
  Step ReadRest(std::string_view& in, DecoderSink& sink);
  Step Fail(std::string reason, DecoderSink& sink);

  std::size_t max_message_size_;
  ByteBuffer assembled_;
  std::size_t remaining_ = 0;  // payload octets of the frame that were not consumed
  FrameType type_ = FrameType::kMessage;
  Mode mode_ = Mode::kHeader;
};

}  // namespace wampgate::rawsocket
