#include "websocket/encoder.hpp"

#include <algorithm>
#include <cstring>

#include "base/check.hpp"
#include "websocket/frame_rules.hpp"
#include "websocket/mask.hpp"

namespace wampgate::websocket {
namespace {

Opcode OpcodeOf(MessageKind kind) {
  return kind == MessageKind::kText ? Opcode::kText : Opcode::kBinary;
}

/// Compressed payload on its way into a frame; one message at a time.
ByteBuffer& Scratch() {
  constexpr std::size_t kKeep = 1024 * 1024;
  static thread_local ByteBuffer scratch;
  scratch.Clear();
  if (scratch.capacity() > kKeep) scratch.Release();
  return scratch;
}

}  // namespace

Encoder::Encoder(const ConnectionOptions& options, const std::optional<DeflateParameters>& deflate)
    : options_(&options), deflater_(deflate ? std::make_unique<Deflater>(*deflate) : nullptr) {}

bool Encoder::WriteMessage(MessageKind kind, std::string_view payload, Coalesce coalesce, ByteBuffer& out) {
  WAMPGATE_CHECK(missing() == 0);
  const bool extend = coalesce == Coalesce::kYes && CanExtend(kind, payload.size(), out);
  if (deflater_) {
    ByteBuffer& scratch = Scratch();
    const bool done = extend ? deflater_->Continue(payload, scratch) : deflater_->Compress(payload, scratch);
    if (!done) return false;
    payload = scratch.view();
  }
  if (extend) {
    Extend(payload, out);
    return true;
  }
  WriteFrames(kind, payload, out);
  const bool may_grow = coalesce == Coalesce::kYes && payload.size() <= MaxJoined() &&
                        (!deflater_ || deflater_->can_continue());
  open_end_ = may_grow ? out.size() : 0;
  open_payload_ = static_cast<std::uint32_t>(payload.size());
  open_kind_ = kind;
  return true;
}

bool Encoder::CanExtend(MessageKind kind, std::size_t more, const ByteBuffer& out) const {
  // Compressed, `more` gets shorter, or longer by what zlib adds to what it cannot compress.
  if (deflater_) more += more / 1000 + 64;
  return open_end_ != 0 && open_end_ == out.size() && open_kind_ == kind &&
         open_payload_ + more <= MaxJoined() && more <= kMaxJoined;
}

void Encoder::Extend(std::string_view more, ByteBuffer& out) {
  FrameHeader header{.rsv = deflater_ ? FrameHeader::kRsv1 : std::uint8_t{0},
                     .opcode = OpcodeOf(open_kind_),
                     .masked = options_->mask,
                     .length = open_payload_};
  const std::size_t old_size = EncodedHeaderSize(header);
  header.length += more.size();
  const std::size_t shift = EncodedHeaderSize(header) - old_size;
  out.Reserve(shift + more.size());
  char* payload = out.data() + out.size() - open_payload_;
  char* begin = payload - old_size;
  if (options_->mask) std::memcpy(&header.mask_key, payload - 4, 4);
  if (shift > 0) {
    std::memmove(payload + shift, payload, open_payload_);
    out.Commit(shift);
  }
  EncodeFrameHeader(header, begin);
  AppendPayload(more, header.mask_key, open_payload_, out);
  open_payload_ += static_cast<std::uint32_t>(more.size());
  open_end_ = out.size();
}

void Encoder::WriteFrames(MessageKind kind, std::string_view payload, ByteBuffer& out) {
  FrameHeader header{.rsv = deflater_ ? FrameHeader::kRsv1 : std::uint8_t{0}, .opcode = OpcodeOf(kind)};
  if (options_->auto_fragment_size == 0) return WriteFrame(header, payload, out);
  do {
    const std::string_view piece = payload.substr(0, FragmentSize(payload.size()));
    payload.remove_prefix(piece.size());
    header.fin = payload.empty();
    WriteFrame(header, piece, out);
    header.opcode = Opcode::kContinuation;
    header.rsv = 0;
  } while (!payload.empty());
}

void Encoder::WriteFrame(FrameHeader header, std::string_view payload, ByteBuffer& out) {
  header.length = payload.size();
  header.masked = options_->mask;
  if (header.masked) header.mask_key = RandomMaskKey();
  char* begin = out.Reserve(FrameHeader::kMaxSize + payload.size());
  const std::size_t size = EncodeFrameHeader(header, begin);
  if (header.masked && options_->apply_mask) {
    CopyMasked(begin + size, payload.data(), payload.size(), header.mask_key);
  } else if (!payload.empty()) {
    std::memcpy(begin + size, payload.data(), payload.size());
  }
  out.Commit(size + payload.size());
}

void Encoder::AppendPayload(std::string_view octets, std::uint32_t mask_key, std::size_t phase,
                            ByteBuffer& out) {
  if (!options_->mask || !options_->apply_mask) return out.Append(octets);
  CopyMasked(out.Reserve(octets.size()), octets.data(), octets.size(), mask_key, phase);
  out.Commit(octets.size());
}

void Encoder::WriteControl(Opcode opcode, std::string_view payload, ByteBuffer& out) {
  open_end_ = 0;
  WriteFrame({.opcode = opcode}, payload, out);
}

void Encoder::BeginMessage(MessageKind kind, std::uint64_t total, ByteBuffer& out) {
  WAMPGATE_CHECK(missing() == 0 && !deflater_);
  open_end_ = 0;
  if (total == 0) return WriteFrames(kind, {}, out);
  if (!streamed_) streamed_ = std::make_unique<Streamed>();
  streamed_->message_left = total;
  streamed_->opcode = OpcodeOf(kind);
  BeginStreamedFrame(out);
}

void Encoder::BeginStreamedFrame(ByteBuffer& out) {
  Streamed& message = *streamed_;
  message.frame_left = FragmentSize(message.message_left);
  FrameHeader header{.fin = message.frame_left == message.message_left,
                     .opcode = message.opcode,
                     .masked = options_->mask,
                     .length = message.frame_left};
  if (header.masked) header.mask_key = RandomMaskKey();
  out.Commit(EncodeFrameHeader(header, out.Reserve(FrameHeader::kMaxSize)));
  message.mask_key = header.mask_key;
  message.phase = 0;
  message.opcode = Opcode::kContinuation;
}

void Encoder::WritePart(std::string_view octets, ByteBuffer& out) {
  WAMPGATE_CHECK(octets.size() <= missing());
  while (!octets.empty()) {
    Streamed& message = *streamed_;
    const std::string_view piece = octets.substr(0, message.frame_left);
    octets.remove_prefix(piece.size());
    AppendPayload(piece, message.mask_key, message.phase, out);
    message.phase = static_cast<std::uint8_t>((message.phase + piece.size()) & 3);
    message.frame_left -= piece.size();
    message.message_left -= piece.size();
    if (message.frame_left == 0 && message.message_left > 0) BeginStreamedFrame(out);
  }
}

bool Encoder::PassPart(std::size_t octets) {
  WAMPGATE_CHECK(octets <= missing());
  if (options_->mask || octets > streamed_->frame_left) return false;
  // The next frame's header must follow what the caller sends.
  if (octets == streamed_->frame_left && streamed_->message_left > octets) return false;
  streamed_->frame_left -= octets;
  streamed_->message_left -= octets;
  return true;
}

std::uint64_t Encoder::MaxJoined() const {
  return FragmentSize(std::min<std::uint64_t>(kMaxJoined, MessageLimit(*options_)));
}

std::uint64_t Encoder::FragmentSize(std::uint64_t left) const {
  return options_->auto_fragment_size == 0 ? left
                                           : std::min<std::uint64_t>(left, options_->auto_fragment_size);
}

}  // namespace wampgate::websocket
