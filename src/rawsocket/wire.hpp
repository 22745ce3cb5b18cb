#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wampgate::rawsocket {

/// First octet of both handshakes.
inline constexpr char kMagic = 0x7f;
inline constexpr std::size_t kHandshakeSize = 4;

/// A handshake's four octets (WAMP, "RawSocket Transport"):
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |     0x7F      | Length|  Ser. |     reserved, all zero        |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///
/// The sender takes messages of up to 2^(9 + Length) octets. Serializer 0 in an answer means refused; Length
/// is the error then.
struct Handshake {
  std::uint8_t length = 0;      ///< 4 bits
  std::uint8_t serializer = 0;  ///< 4 bits
  std::uint16_t reserved = 0;
};
std::string EncodeHandshake(const Handshake& handshake);
/// Of four octets, the first of which is not looked at.
Handshake DecodeHandshake(std::string_view octets);

/// Why a server refuses.
enum class HandshakeError : std::uint8_t {
  kSerializer = 1,      ///< the serializer is not spoken
  kLength = 2,          ///< the maximum length is not acceptable
  kReserved = 3,        ///< reserved bits were used
  kTooManyClients = 4,  ///< connection count reached
};
std::string EncodeRefusal(HandshakeError error);
/// What a refusal's code means, as a clause: "the serializer is not supported".
std::string Describe(std::uint8_t error);

/// The smallest Length that allows `octets` (512…16 MiB; less or more counts as these).
std::uint8_t LengthFor(std::size_t octets);
constexpr std::size_t OctetsFor(std::uint8_t length) {
  return std::size_t{1} << (9 + (length & 0x0f));
}

enum class FrameType : std::uint8_t { kMessage = 0, kPing = 1, kPong = 2 };

/// The four octets in front of each payload:
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-------+-+-----+-----------------------------------------------+
///     | resvd |X| type|                    length                     |
///     +-------+-+-----+-----------------------------------------------+
///
/// X set: the length is 2^24 and its 24 bits are zero.
struct FrameHeader {
  static constexpr std::size_t kSize = 4;
  FrameType type = FrameType::kMessage;
  std::size_t length = 0;  ///< at most 2^24
};

/// False: reserved bits or values were used.
inline bool DecodeFrameHeader(const char* octets, FrameHeader& header) {
  const auto at = [&](int i) { return static_cast<std::size_t>(static_cast<unsigned char>(octets[i])); };
  header.type = static_cast<FrameType>(at(0) & 7);
  header.length = at(1) << 16 | at(2) << 8 | at(3);
  const bool is_longest = (at(0) & 8) != 0;
  if ((at(0) & 0xf0) != 0 || header.type > FrameType::kPong || (is_longest && header.length != 0))
    return false;
  if (is_longest) header.length = std::size_t{1} << 24;
  return true;
}

/// Writes kSize octets.
inline void EncodeFrameHeader(const FrameHeader& header, char* out) {
  out[0] = static_cast<char>((header.length >> 24) << 3 | static_cast<std::size_t>(header.type));
  out[1] = static_cast<char>(header.length >> 16);
  out[2] = static_cast<char>(header.length >> 8);
  out[3] = static_cast<char>(header.length);
}

}  // namespace wampgate::rawsocket
