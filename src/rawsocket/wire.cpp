#include "rawsocket/wire.hpp"

#include <fmt/format.h>

namespace wampgate::rawsocket {

std::string EncodeHandshake(const Handshake& handshake) {
  return {kMagic, static_cast<char>(handshake.length << 4 | handshake.serializer),
          static_cast<char>(handshake.reserved >> 8), static_cast<char>(handshake.reserved)};
}

Handshake DecodeHandshake(std::string_view octets) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(octets[i]); };
  return {static_cast<std::uint8_t>(at(1) >> 4), static_cast<std::uint8_t>(at(1) & 0x0f),
          static_cast<std::uint16_t>(at(2) << 8 | at(3))};
}

std::string EncodeRefusal(HandshakeError error) {
  return EncodeHandshake({static_cast<std::uint8_t>(error), 0, 0});
}

std::string Describe(std::uint8_t error) {
  switch (static_cast<HandshakeError>(error)) {
    case HandshakeError::kSerializer:
      return "the serializer is not supported";
    case HandshakeError::kLength:
      return "the maximum message length is not acceptable";
    case HandshakeError::kReserved:
      return "reserved bits were used";
    case HandshakeError::kTooManyClients:
      return "the maximum number of connections is reached";
  }
  return fmt::format("error {}", error);
}

std::uint8_t LengthFor(std::size_t octets) {
  std::uint8_t length = 0;
  while (length < 15 && OctetsFor(length) < octets) ++length;
  return length;
}

}  // namespace wampgate::rawsocket
