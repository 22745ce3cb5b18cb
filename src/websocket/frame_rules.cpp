#include "websocket/frame_rules.hpp"

#include <fmt/format.h>

namespace wampgate::websocket {
namespace {

Violation ProtocolError(std::string reason) {
  return {kProtocolError, std::move(reason)};
}

std::optional<Violation> CheckControlFrame(const FrameHeader& header, HeaderResult result) {
  if (!header.fin) return ProtocolError("fragmented control frame");
  if (header.length > 125 || result != HeaderResult::kOk) {
    return ProtocolError("control frame with payload length > 125 octets");
  }
  if (header.opcode > Opcode::kPong) {
    return ProtocolError(
        fmt::format("control frame using reserved opcode {}", static_cast<int>(header.opcode)));
  }
  if (header.opcode == Opcode::kClose && header.length == 1) {
    return ProtocolError("received close control frame with payload len 1");
  }
  if (header.rsv != 0) return ProtocolError("received compressed control frame [permessage-deflate]");
  return std::nullopt;
}

std::optional<Violation> CheckDataFrame(const FrameHeader& header, HeaderResult result,
                                        const FrameContext& context) {
  if (header.opcode > Opcode::kBinary) {
    return ProtocolError(fmt::format("data frame using reserved opcode {}", static_cast<int>(header.opcode)));
  }
  const bool is_continuation = header.opcode == Opcode::kContinuation;
  if (is_continuation && !context.inside_message) {
    return ProtocolError("received continuation data frame outside fragmented message");
  }
  if (!is_continuation && context.inside_message) {
    return ProtocolError("received non-continuation data frame while inside fragmented message");
  }
  if (is_continuation && header.rsv != 0) {
    return ProtocolError("received continuation data frame with compress bit set [permessage-deflate]");
  }
  if (result == HeaderResult::kNotMinimal) {
    return ProtocolError("invalid data frame length (not using minimal length encoding)");
  }
  if (result == HeaderResult::kTooLong) return ProtocolError("invalid data frame length (>2^63)");
  return std::nullopt;
}

}  // namespace

std::optional<Violation> CheckFrameHeader(const FrameHeader& header, HeaderResult result,
                                          const FrameContext& context, const ConnectionOptions& options) {
  if (header.rsv != 0 && !(context.compression && header.rsv == FrameHeader::kRsv1)) {
    return ProtocolError(fmt::format("RSV = {} and no extension negotiated", header.rsv));
  }
  if (options.require_masked && !header.masked) return ProtocolError("unmasked client-to-server frame");
  if (options.refuse_masked && header.masked) return ProtocolError("masked server-to-client frame");
  return IsControl(header.opcode) ? CheckControlFrame(header, result)
                                  : CheckDataFrame(header, result, context);
}

std::optional<Violation> CheckFrameSize(const FrameHeader& header, const FrameContext& context,
                                        const ConnectionOptions& options) {
  const std::uint64_t message = context.message_octets + header.length;  // both below 2^63
  const std::size_t limit = MessageLimit(options);
  if (message > limit) {
    return Violation{
        kMessageTooBig,
        fmt::format("received WebSocket message size {} exceeds payload limit of {} octets", message, limit)};
  }
  if (options.max_frame_size != 0 && header.length > options.max_frame_size) {
    return Violation{kMessageTooBig,
                     fmt::format("received WebSocket frame size {} exceeds payload limit of {} octets",
                                 header.length, options.max_frame_size)};
  }
  return std::nullopt;
}

}  // namespace wampgate::websocket
