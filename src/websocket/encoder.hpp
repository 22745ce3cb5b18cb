#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/byte_buffer.hpp"
#include "base/message_channel.hpp"
#include "websocket/deflate.hpp"
#include "websocket/deflate_parameters.hpp"
#include "websocket/frame_header.hpp"
#include "websocket/options.hpp"

namespace wampgate::websocket {

/// Turns messages into the frames of one connection. Pure: appends to a buffer, which only it appends to and
/// which the socket empties from the front.
class Encoder {
 public:
  /// Messages that may share a frame are joined up to this payload, at most.
  static constexpr std::size_t kMaxJoined = 65535;

  /// `options` outlives the encoder.
  Encoder(const ConnectionOptions& options, const std::optional<DeflateParameters>& deflate);

  /// One message: a frame, or several of `auto_fragment_size`. With Coalesce::kYes it becomes part of the
  /// message before it if that was kYes and of its kind too and nothing of it has left the buffer. False: no
  /// memory to compress; nothing was written.
  [[nodiscard]] bool WriteMessage(MessageKind kind, std::string_view payload, Coalesce coalesce,
                                  ByteBuffer& out);

  /// A control frame; `payload` at most 125 octets. Not inside a frame (see `in_frame`).
  void WriteControl(Opcode opcode, std::string_view payload, ByteBuffer& out);

  /// Starts a message of exactly `total` octets; WritePart takes them. Not with compression.
  void BeginMessage(MessageKind kind, std::uint64_t total, ByteBuffer& out);
  void WritePart(std::string_view octets, ByteBuffer& out);
  /// Whether the next `octets` of the begun message are to be sent just as they are: not masked, all in one
  /// frame. Then they count as written, and the caller sends them behind what was written before.
  bool PassPart(std::size_t octets);
  /// Whether messages that come whole may be sent by BeginMessage and PassPart.
  bool passes_parts() const { return !deflater_ && !options_->mask; }
  /// Octets of the begun message that are still to come; what was begun must be finished before anything
  /// else.
  std::uint64_t missing() const { return streamed_ ? streamed_->message_left : 0; }

  bool compresses() const { return deflater_ != nullptr; }
  /// Null without compression.
  Deflater* deflater() { return deflater_.get(); }

 private:
  /// A message whose parts come one by one.
  struct Streamed {
    std::uint64_t message_left = 0;
    std::uint64_t frame_left = 0;
    std::uint32_t mask_key = 0;
    std::uint8_t phase = 0;
    Opcode opcode = Opcode::kContinuation;  // of the next frame
  };

  /// The frame that may still grow: the last `open_size_` octets of a buffer that held `open_end_` after it.
  bool CanExtend(MessageKind kind, std::size_t more, const ByteBuffer& out) const;
  void Extend(std::string_view more, ByteBuffer& out);
  void WriteFrames(MessageKind kind, std::string_view payload, ByteBuffer& out);
  void WriteFrame(FrameHeader header, std::string_view payload, ByteBuffer& out);
  void BeginStreamedFrame(ByteBuffer& out);
  void AppendPayload(std::string_view octets, std::uint32_t mask_key, std::size_t phase, ByteBuffer& out);
  /// kMaxJoined, or less where messages or fragments are limited to less.
  std::uint64_t MaxJoined() const;
  std::uint64_t FragmentSize(std::uint64_t left) const;

  const ConnectionOptions* options_;
  std::unique_ptr<Deflater> deflater_;
  std::unique_ptr<Streamed> streamed_;
  std::size_t open_end_ = 0;  // 0: no frame may grow
  std::uint32_t open_payload_ = 0;
  MessageKind open_kind_ = MessageKind::kBinary;
};

}  // namespace wampgate::websocket
