#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/byte_buffer.hpp"
#include "base/status.hpp"
#include "wampgate/internal/control.pb.h"

namespace wampgate::control {

/// Of one serialized frame, in octets.
inline constexpr std::size_t kMaxFrame = 64 * 1024 * 1024;
/// Of one frame.
inline constexpr std::size_t kMaxDescriptors = 1000;
/// Length and descriptor count, 4 octets each, big-endian.
inline constexpr std::size_t kFrameHeader = 8;

/// Appends header and frame. Fails, and appends nothing, if either bound is passed.
Status AppendFrame(const internal::Frame& frame, std::size_t descriptors, ByteBuffer& output);

/// Takes frames from the front of a buffer of received octets.
class FrameReader {
 public:
  struct Result {
    internal::Frame frame;
    std::size_t descriptors = 0;  ///< how many belong to this frame
  };
  /// The next whole frame, removed from `input`; nothing if it is not complete. An error means that the peer
  /// does not speak this protocol: the header passes a bound, or the frame is no valid protobuf.
  StatusOr<std::optional<Result>> Next(ByteBuffer& input);
};

}  // namespace wampgate::control
