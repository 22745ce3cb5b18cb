#include "control/frame_codec.hpp"

#include <fmt/format.h>

namespace wampgate::control {
namespace {

void PutUint32(std::uint32_t value, char* out) {
  for (int i = 0; i < 4; ++i) out[i] = static_cast<char>(value >> (24 - 8 * i));
}

std::uint32_t GetUint32(const char* in) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(in[i]);
  return value;
}

Status CheckBounds(std::size_t size, std::size_t descriptors) {
  if (size > kMaxFrame) {
    return ResourceExhausted(
        fmt::format("a control frame of {} octets; at most {} are allowed", size, kMaxFrame));
  }
  if (descriptors > kMaxDescriptors) {
    return ResourceExhausted(fmt::format("a control frame with {} descriptors; at most {} are allowed",
                                         descriptors, kMaxDescriptors));
  }
  return OkStatus();
}

}  // namespace

Status AppendFrame(const internal::Frame& frame, std::size_t descriptors, ByteBuffer& output) {
  const std::size_t size = frame.ByteSizeLong();
  WAMPGATE_RETURN_IF_ERROR(CheckBounds(size, descriptors));
  char* out = output.Reserve(kFrameHeader + size);
  PutUint32(static_cast<std::uint32_t>(size), out);
  PutUint32(static_cast<std::uint32_t>(descriptors), out + 4);
  if (!frame.SerializeToArray(out + kFrameHeader, static_cast<int>(size))) {
    return Internal("a control frame could not be serialized");
  }
  output.Commit(kFrameHeader + size);
  return OkStatus();
}

StatusOr<std::optional<FrameReader::Result>> FrameReader::Next(ByteBuffer& input) {
  if (input.size() < kFrameHeader) return std::optional<Result>();
  const std::size_t size = GetUint32(input.data());
  Result result;
  result.descriptors = GetUint32(input.data() + 4);
  WAMPGATE_RETURN_IF_ERROR(CheckBounds(size, result.descriptors));
  if (input.size() < kFrameHeader + size) return std::optional<Result>();
  if (!result.frame.ParseFromArray(input.data() + kFrameHeader, static_cast<int>(size))) {
    return InvalidArgument("a control frame is not valid protobuf");
  }
  input.Consume(kFrameHeader + size);
  return std::optional<Result>(std::move(result));
}

}  // namespace wampgate::control
