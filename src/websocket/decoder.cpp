#include "websocket/decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "websocket/mask.hpp"

namespace wampgate::websocket {

/// What is left of the input.
struct Decoder::Cursor {
  char* at;
  char* end;
  std::size_t size() const { return static_cast<std::size_t>(end - at); }
  std::string_view view() const { return {at, size()}; }
};

Decoder::Decoder(const ConnectionOptions& options, const std::optional<DeflateParameters>& deflate)
    : options_(&options) {
  if (!deflate) return;
  assembly_ = std::make_unique<Assembly>();
  assembly_->inflater.emplace(*deflate);
}

ByteBuffer& Decoder::assembled() {
  if (!assembly_) assembly_ = std::make_unique<Assembly>();
  return assembly_->octets;
}

void Decoder::DropAssembled() {
  if (assembly_) assembly_->octets.Release();
}

std::size_t Decoder::Feed(std::span<char> input, DecoderSink& sink) {
  Cursor in{input.data(), input.data() + input.size()};
  auto step = Step::kGoOn;
  while (step == Step::kGoOn) step = in_frame_ ? ReadPayload(in, sink) : ReadHeader(in, sink);
  // What waits for more must not hold a whole block for a few octets.
  if (assembly_ && !assembled().empty() && assembled().size() < ByteBuffer::kBlock / 4) assembled().Compact();
  return static_cast<std::size_t>(in.at - input.data());
}

Decoder::Step Decoder::ReadHeader(Cursor& in, DecoderSink& sink) {
  FrameHeader header;
  std::size_t size = 0;
  const HeaderResult result = DecodeFrameHeader(in.view(), header, size);
  if (result == HeaderResult::kIncomplete) return Step::kNeedMore;

  FrameContext context{assembly_ && assembly_->inflater, inside_message_,
                       inside_message_ ? message_octets_ : 0};
  if (!discard_ && IsOrdinaryMessage(header, result, context, *options_)) {
    in.at += size;
    BeginDataFrame(header);
    if (in.size() < header.length) return Step::kGoOn;
    progress_ = true;
    return ReadWhole(in, sink);
  }
  // What is skipped is not followed: a continuation is as good as a beginning.
  if (discard_) context.inside_message = header.opcode == Opcode::kContinuation;
  auto violation = CheckFrameHeader(header, result, context, *options_);
  if (!violation && !discard_ && !IsControl(header.opcode)) {
    violation = CheckFrameSize(header, context, *options_);
  }
  if (violation) {
    in.at += size;
    remaining_ = header.length;
    return Fail(*std::move(violation), sink);
  }
  if (IsControl(header.opcode)) return ReadControl(header, size, in, sink);
  in.at += size;
  BeginDataFrame(header);
  return Step::kGoOn;
}

Decoder::Step Decoder::ReadControl(const FrameHeader& header, std::size_t size, Cursor& in,
                                   DecoderSink& sink) {
  if (in.size() < size + header.length) return Step::kNeedMore;
  char* payload = in.at + size;
  in.at = payload + header.length;
  mask_key_ = header.mask_key;
  Unmask(payload, header.length, 0);
  const auto next = sink.OnControl(header.opcode, {payload, static_cast<std::size_t>(header.length)});
  return next == DecoderSink::Next::kGoOn ? Step::kGoOn : Step::kStop;
}

void Decoder::BeginDataFrame(const FrameHeader& header) {
  in_frame_ = true;
  remaining_ = header.length;
  mask_key_ = header.mask_key;
  fin_ = header.fin;
  phase_ = 0;
  scanned_ = 0;
  if (header.opcode == Opcode::kContinuation) {
    message_octets_ += header.length;
    return;
  }
  inside_message_ = true;
  message_octets_ = header.length;
  text_octets_ = 0;
  utf8_.Reset();
  kind_ = header.opcode == Opcode::kText ? MessageKind::kText : MessageKind::kBinary;
  mode_ = header.rsv != 0 ? Mode::kCompressed : header.fin ? Mode::kWhole : Mode::kAssembled;
}

Decoder::Step Decoder::ReadPayload(Cursor& in, DecoderSink& sink) {
  if (discard_) return SkipPayload(in);
  if (in.at == in.end && remaining_ > 0) return Step::kNeedMore;
  progress_ = true;
  switch (mode_) {
    case Mode::kWhole:
      return ReadWhole(in, sink);
    case Mode::kAssembled:
      return ReadAssembled(in, sink);
    case Mode::kStreamed:
      return ReadStreamed(in, sink);
    case Mode::kCompressed:
      return ReadCompressed(in, sink);
  }
  return Step::kStop;
}

Decoder::Step Decoder::SkipPayload(Cursor& in) {
  DropAssembled();
  Consume(in, std::min<std::uint64_t>(in.size(), remaining_));
  if (remaining_ > 0) return Step::kNeedMore;
  in_frame_ = false;
  return Step::kGoOn;
}

Decoder::Step Decoder::ReadWhole(Cursor& in, DecoderSink& sink) {
  const std::size_t there = std::min<std::uint64_t>(in.size(), remaining_);
  const std::size_t fresh = there - scanned_;
  if (fresh == 0 && there < remaining_) return Step::kNeedMore;
  Unmask(in.at + scanned_, fresh, scanned_);
  if (!AcceptText({in.at + scanned_, fresh})) return Fail(BadText(), sink);
  scanned_ = static_cast<std::uint32_t>(there);
  if (there < remaining_) return LeaveWhole(in, sink);

  if (!AcceptTextEnd()) return Fail(CutText(), sink);
  const std::string_view payload(in.at, there);
  in.at += there;
  EndFrame();
  return sink.OnMessage(kind_, payload) == DecoderSink::Next::kGoOn ? Step::kGoOn : Step::kStop;
}

/// Part of an unfragmented message is there: decides what becomes of it.
Decoder::Step Decoder::LeaveWhole(Cursor& in, DecoderSink& sink) {
  if (remaining_ <= kKeepInInput || scanned_ < kLargeHead) return Step::kNeedMore;
  const std::string_view head(in.at, scanned_);
  const bool stream = sink.OnLargeMessage(kind_, remaining_, head);
  mode_ = stream ? Mode::kStreamed : Mode::kAssembled;
  if (!stream) assembled().Append(head);
  Consume(in, head.size());
  scanned_ = 0;
  if (stream && sink.OnPart(head, false) != DecoderSink::Next::kGoOn) return Step::kStop;
  return Step::kNeedMore;
}

Decoder::Step Decoder::ReadStreamed(Cursor& in, DecoderSink& sink) {
  const std::size_t there = std::min<std::uint64_t>(in.size(), remaining_);
  char* part = in.at;
  Unmask(part, there, phase_);
  if (!AcceptText({part, there})) return Fail(BadText(), sink);
  Consume(in, there);
  const bool last = remaining_ == 0;
  if (last) {
    if (!AcceptTextEnd()) return Fail(CutText(), sink);
    EndFrame();
  }
  return sink.OnPart({part, there}, last) == DecoderSink::Next::kGoOn ? Step::kGoOn : Step::kStop;
}

Decoder::Step Decoder::ReadAssembled(Cursor& in, DecoderSink& sink) {
  const std::size_t there = std::min<std::uint64_t>(in.size(), remaining_);
  if (there > 0) {
    char* part = assembled().Reserve(there);
    CopyMasked(part, in.at, there, options_->apply_mask ? mask_key_ : 0, phase_);
    if (!AcceptText({part, there})) return Fail(BadText(), sink);
    assembled().Commit(there);
    Consume(in, there);
  }
  if (remaining_ > 0) return Step::kNeedMore;
  const bool last = fin_;
  EndFrame();
  if (!last) return Step::kGoOn;
  if (!AcceptTextEnd()) return Fail(CutText(), sink);
  return DeliverAssembled(sink);
}

Decoder::Step Decoder::ReadCompressed(Cursor& in, DecoderSink& sink) {
  const std::size_t there = std::min<std::uint64_t>(in.size(), remaining_);
  char* part = in.at;
  Unmask(part, there, phase_);
  Consume(in, there);
  const std::size_t begin = assembled().size();
  const auto result = assembly_->inflater->Feed({part, there}, assembled(), MessageLimit(*options_));
  if (auto violation = CheckInflated(begin, result)) return Fail(*std::move(violation), sink);
  if (remaining_ > 0) return Step::kNeedMore;
  const bool last = fin_;
  EndFrame();
  return last ? FinishCompressed(sink) : Step::kGoOn;
}

Decoder::Step Decoder::FinishCompressed(DecoderSink& sink) {
  const std::size_t begin = assembled().size();
  const auto result = assembly_->inflater->Finish(assembled(), MessageLimit(*options_));
  if (auto violation = CheckInflated(begin, result)) return Fail(*std::move(violation), sink);
  if (!AcceptTextEnd()) return Fail(CutText(), sink);
  return DeliverAssembled(sink);
}

Decoder::Step Decoder::DeliverAssembled(DecoderSink& sink) {
  const ByteBuffer message = std::move(assembled());
  return sink.OnMessage(kind_, message.view()) == DecoderSink::Next::kGoOn ? Step::kGoOn : Step::kStop;
}

/// Tells the sink and skips what is left of the frame.
Decoder::Step Decoder::Fail(Violation violation, DecoderSink& sink) {
  discard_ = true;
  in_frame_ = true;
  DropAssembled();
  return sink.OnViolation(violation) == DecoderSink::Next::kGoOn ? Step::kGoOn : Step::kStop;
}

void Decoder::Unmask(char* octets, std::size_t count, std::size_t phase) const {
  if (mask_key_ != 0 && options_->apply_mask) ApplyMask(octets, count, mask_key_, phase);
}

void Decoder::Consume(Cursor& in, std::size_t octets) {
  in.at += octets;
  remaining_ -= octets;
  phase_ = static_cast<std::uint8_t>((phase_ + octets) & 3);
}

void Decoder::EndFrame() {
  remaining_ = 0;
  in_frame_ = false;
  if (fin_) inside_message_ = false;
}

bool Decoder::AcceptText(std::string_view octets) {
  if (!is_checked_text()) return true;
  const std::size_t bad = utf8_.Feed(octets);
  text_octets_ += std::min(bad, octets.size());
  return bad == Utf8Validator::kValid;
}

Violation Decoder::BadText() const {
  return {kInvalidPayload,
          fmt::format("encountered invalid UTF-8 while processing text message at payload octet index {}",
                      text_octets_)};
}

Violation Decoder::CutText() const {
  return {kInvalidPayload,
          fmt::format("UTF-8 text message payload ended within Unicode code point at payload octet index {}",
                      text_octets_)};
}

/// What inflating brought beyond `begin`: bad text is found before the end that came after it.
std::optional<Violation> Decoder::CheckInflated(std::size_t begin, Inflater::Result result) {
  if (!AcceptText(assembled().view().substr(begin))) return BadText();
  switch (result) {
    case Inflater::Result::kOk:
      return std::nullopt;
    case Inflater::Result::kTooLong:
      return Violation{
          kMessageTooBig,
          fmt::format("received WebSocket message exceeds payload limit of {} octets when inflated",
                      MessageLimit(*options_))};
    case Inflater::Result::kBroken:
      return Violation{kInvalidPayload,
                       "received data that is not a valid deflate stream [permessage-deflate]"};
    case Inflater::Result::kNoMemory:
      break;
  }
  return Violation{kInternalError, "out of memory while inflating a message"};
}

}  // namespace wampgate::websocket
