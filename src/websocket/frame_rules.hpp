#pragma once

#include <cstdint>
#include <optional>

#include "websocket/close_code.hpp"
#include "websocket/frame_header.hpp"
#include "websocket/options.hpp"

namespace wampgate::websocket {

/// Where in the stream of frames a header stands, as far as it decides what is allowed.
struct FrameContext {
  bool compression = false;          ///< permessage-deflate was negotiated
  bool inside_message = false;       ///< a fragmented message is not finished
  std::uint64_t message_octets = 0;  ///< of that message's payload so far, on the wire
};

/// What is wrong with a frame as its header shows it (RFC 6455 5, RFC 7692 6; texts of spec 2.5), size limits
/// not counted.
std::optional<Violation> CheckFrameHeader(const FrameHeader& header, HeaderResult result,
                                          const FrameContext& context, const ConnectionOptions& options);

/// Whether a data frame that has just begun takes its message or itself over the limits
/// (spec 2.2.11, 2.2.12).
std::optional<Violation> CheckFrameSize(const FrameHeader& header, const FrameContext& context,
                                        const ConnectionOptions& options);

/// The longest message that is taken: `max_message_size`, or 64 MiB where that is 0.
inline std::size_t MessageLimit(const ConnectionOptions& options) {
  constexpr std::size_t kGuard = 64 * 1024 * 1024;
  return options.max_message_size == 0 ? kGuard : options.max_message_size;
}

/// The usual case, told quickly: a whole uncompressed message in one frame in which both checks above would
/// find nothing wrong.
inline bool IsOrdinaryMessage(const FrameHeader& header, HeaderResult result, const FrameContext& context,
                              const ConnectionOptions& options) {
  const bool is_message = header.opcode == Opcode::kText || header.opcode == Opcode::kBinary;
  const bool is_masked_right = header.masked ? !options.refuse_masked : !options.require_masked;
  return result == HeaderResult::kOk && is_message && header.fin && header.rsv == 0 &&
         !context.inside_message && is_masked_right && header.length <= MessageLimit(options) &&
         (options.max_frame_size == 0 || header.length <= options.max_frame_size);
}

}  // namespace wampgate::websocket
