#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace wampgate::websocket {

/// RFC 6455 5.2; 3…7 and 11…15 are reserved.
enum class Opcode : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10
};

constexpr bool IsControl(Opcode opcode) {
  return (static_cast<std::uint8_t>(opcode) & 0x8) != 0;
}

/// The header of one frame (RFC 6455 5.2):
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-------+-+-------------+-------------------------------+
///     |F|R|R|R| opcode|M| Payload len |    Extended payload length    |
///     |I|S|S|S|  (4)  |A|     (7)     |             (16/64)           |
///     |N|V|V|V|       |S|             |   (if payload len==126/127)   |
///     | |1|2|3|       |K|             |                               |
///     +-+-+-+-+-------+-+-------------+ - - - - - - - - - - - - - - - +
///     |     Extended payload length continued, if payload len == 127  |
///     + - - - - - - - - - - - - - - - +-------------------------------+
///     |                               |Masking-key, if MASK set to 1  |
///     +-------------------------------+-------------------------------+
///     | Masking-key (continued)       |          Payload Data         |
///     +-------------------------------- - - - - - - - - - - - - - - - +
struct FrameHeader {
  static constexpr std::size_t kMaxSize = 14;
  static constexpr std::uint8_t kRsv1 = 4;  ///< in `rsv`: the frame begins a compressed message (RFC 7692 6)

  bool fin = true;
  std::uint8_t rsv = 0;  ///< 3 bits
  Opcode opcode = Opcode::kBinary;
  bool masked = false;
  std::uint32_t mask_key = 0;  ///< the key's four octets as they stand on the wire, in memory order
  std::uint64_t length = 0;    ///< of the payload
};

/// What reading a header came to. `kNotMinimal` and `kTooLong` are violations: the length is not in its
/// shortest form, or its highest bit is set; the header is filled in all the same.
enum class HeaderResult : std::uint8_t { kIncomplete, kOk, kNotMinimal, kTooLong };

inline std::uint64_t LoadBigEndian64(const char* octets) {
  std::uint64_t value;
  std::memcpy(&value, octets, 8);
  return __builtin_bswap64(value);
}

/// Reads the header at the beginning of `octets`; `size` becomes its own length when the result is not
/// kIncomplete.
inline HeaderResult DecodeFrameHeader(std::string_view octets, FrameHeader& header, std::size_t& size) {
  if (octets.size() < 2) return HeaderResult::kIncomplete;
  const auto first = static_cast<std::uint8_t>(octets[0]);
  const auto second = static_cast<std::uint8_t>(octets[1]);
  const std::uint8_t short_length = second & 0x7f;
  const bool masked = (second & 0x80) != 0;
  std::size_t at = 2;
  const std::size_t needed = 2 + (short_length < 126 ? 0 : short_length == 126 ? 2 : 8) + (masked ? 4 : 0);
  if (octets.size() < needed) return HeaderResult::kIncomplete;

  auto result = HeaderResult::kOk;
  header.length = short_length;
  if (short_length == 126) {
    header.length = static_cast<std::uint64_t>(static_cast<std::uint8_t>(octets[2])) << 8 |
                    static_cast<std::uint8_t>(octets[3]);
    if (header.length < 126) result = HeaderResult::kNotMinimal;
    at = 4;
  } else if (short_length == 127) {
    header.length = LoadBigEndian64(octets.data() + 2);
    if (header.length < 65536) result = HeaderResult::kNotMinimal;
    if ((header.length >> 63) != 0) result = HeaderResult::kTooLong;
    at = 10;
  }
  header.fin = (first & 0x80) != 0;
  header.rsv = (first >> 4) & 0x7;
  header.opcode = static_cast<Opcode>(first & 0x0f);
  header.masked = masked;
  header.mask_key = 0;
  if (masked) std::memcpy(&header.mask_key, octets.data() + at, 4);
  size = needed;
  return result;
}

/// Octets that EncodeFrameHeader will write.
constexpr std::size_t EncodedHeaderSize(const FrameHeader& header) {
  return 2 + (header.length < 126 ? 0 : header.length < 65536 ? 2 : 8) + (header.masked ? 4 : 0);
}

/// Writes the header in its shortest form to `out` (room for kMaxSize octets); returns its length.
inline std::size_t EncodeFrameHeader(const FrameHeader& header, char* out) {
  const std::uint8_t mask_bit = header.masked ? 0x80 : 0;
  out[0] =
      static_cast<char>((header.fin ? 0x80 : 0) | header.rsv << 4 | static_cast<std::uint8_t>(header.opcode));
  std::size_t at = 2;
  if (header.length < 126) {
    out[1] = static_cast<char>(mask_bit | header.length);
  } else if (header.length < 65536) {
    out[1] = static_cast<char>(mask_bit | 126);
    out[2] = static_cast<char>(header.length >> 8);
    out[3] = static_cast<char>(header.length);
    at = 4;
  } else {
    out[1] = static_cast<char>(mask_bit | 127);
    const std::uint64_t big_endian = __builtin_bswap64(header.length);
    std::memcpy(out + 2, &big_endian, 8);
    at = 10;
  }
  if (header.masked) {
    std::memcpy(out + at, &header.mask_key, 4);
    at += 4;
  }
  return at;
}

}  // namespace wampgate::websocket
