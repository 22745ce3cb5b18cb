#include "rawsocket/decoder.hpp"

#include <fmt/format.h>

#include <utility>

namespace wampgate::rawsocket {

std::size_t Decoder::Feed(std::string_view input, DecoderSink& sink) {
  std::string_view in = input;
  auto step = mode_ == Mode::kBroken ? Step::kStop : Step::kGoOn;
  while (step == Step::kGoOn) step = mode_ == Mode::kHeader ? ReadFrame(in, sink) : ReadRest(in, sink);
  if (mode_ == Mode::kBroken) return input.size();
  if (!assembled_.empty() && assembled_.size() < ByteBuffer::kBlock / 4) assembled_.Compact();
  return input.size() - in.size();
}

Decoder::Step Decoder::ReadFrame(std::string_view& in, DecoderSink& sink) {
  if (in.size() < FrameHeader::kSize) return Step::kNeedMore;
  FrameHeader header;
  if (!DecodeFrameHeader(in.data(), header)) {
    return Fail(fmt::format("frame with reserved bits or type (first octet 0x{:02x})",
                            static_cast<unsigned char>(in[0])),
                sink);
  }
  if (header.length > max_message_size_) {
    return Fail(fmt::format("received RawSocket message size {} exceeds limit of {} octets", header.length,
                            max_message_size_),
                sink);
  }
  if (header.length == 0 && header.type == FrameType::kMessage) return Fail("message of length zero", sink);
  const std::string_view there = in.substr(FrameHeader::kSize, header.length);
  if (there.size() == header.length) {
    in.remove_prefix(FrameHeader::kSize + header.length);
    return sink.OnFrame(header.type, there) == DecoderSink::Next::kGoOn ? Step::kGoOn : Step::kStop;
  }
  if (header.length <= kKeepInInput || there.size() < kLargeHead) return Step::kNeedMore;

  type_ = header.type;
  remaining_ = header.length - there.size();
  in.remove_prefix(in.size());
  if (type_ == FrameType::kMessage && sink.OnLargeMessage(header.length, there)) {
    mode_ = Mode::kStreamed;
    return sink.OnPart(there, false) == DecoderSink::Next::kGoOn ? Step::kNeedMore : Step::kStop;
  }
  mode_ = Mode::kAssembled;
  assembled_.Append(there);
  return Step::kNeedMore;
}

Decoder::Step Decoder::ReadRest(std::string_view& in, DecoderSink& sink) {
  if (in.empty()) return Step::kNeedMore;
  const std::string_view part = in.substr(0, remaining_);
  in.remove_prefix(part.size());
  remaining_ -= part.size();
  const bool last = remaining_ == 0;
  auto next = DecoderSink::Next::kGoOn;
  if (mode_ == Mode::kStreamed) {
    if (last) mode_ = Mode::kHeader;
    next = sink.OnPart(part, last);
  } else {
    assembled_.Append(part);
    if (last) {
      mode_ = Mode::kHeader;
      const ByteBuffer frame = std::move(assembled_);
      next = sink.OnFrame(type_, frame.view());
    }
  }
  return next == DecoderSink::Next::kGoOn ? Step::kGoOn : Step::kStop;
}

Decoder::Step Decoder::Fail(std::string reason, DecoderSink& sink) {
  mode_ = Mode::kBroken;
  sink.OnViolation(std::move(reason));
  return Step::kStop;
}

}  // namespace wampgate::rawsocket
