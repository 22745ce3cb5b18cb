#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wampgate::websocket::test {

/// A frame as a test writes or reads it, coded here without the module's own codec.
struct Frame {
  int opcode = 1;
  std::string payload{};
  bool fin = true;
  int rsv = 0;
  bool masked = false;
  std::string mask_key = "\x37\xfa\x21\x3d";
  int length_form = 0;  ///< octets of extended length to write: 0 = the shortest, 2, 8

  bool operator==(const Frame& other) const {
    return opcode == other.opcode && payload == other.payload && fin == other.fin && rsv == other.rsv;
  }
};

inline std::string Masked(std::string payload, std::string_view key) {
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
  return payload;
}

inline std::string Head(const Frame& frame, std::uint64_t length) {
  std::string octets;
  octets += static_cast<char>((frame.fin ? 0x80 : 0) | frame.rsv << 4 | frame.opcode);
  const int form = frame.length_form != 0 ? frame.length_form : length < 126 ? 0 : length < 65536 ? 2 : 8;
  const int short_length = form == 0 ? static_cast<int>(length) : form == 2 ? 126 : 127;
  octets += static_cast<char>((frame.masked ? 0x80 : 0) | short_length);
  for (int shift = 8 * (form - 1); shift >= 0; shift -= 8) octets += static_cast<char>(length >> shift);
  if (frame.masked) octets += frame.mask_key;
  return octets;
}

inline std::string Wire(const Frame& frame) {
  return Head(frame, frame.payload.size()) +
         (frame.masked ? Masked(frame.payload, frame.mask_key) : frame.payload);
}

/// As a client sends it.
inline std::string ClientWire(Frame frame) {
  frame.masked = true;
  return Wire(frame);
}
inline std::string Text(std::string_view payload) {
  return ClientWire({.opcode = 1, .payload = std::string(payload)});
}
inline std::string Binary(std::string_view payload) {
  return ClientWire({.opcode = 2, .payload = std::string(payload)});
}
inline std::string CloseFrame(int code, std::string_view reason = "") {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
  return ClientWire({.opcode = 8, .payload = payload + std::string(reason)});
}

/// All whole frames at the beginning of `octets`, which are taken off; payloads unmasked.
inline std::vector<Frame> TakeFrames(std::string& octets) {
  std::vector<Frame> frames;
  while (octets.size() >= 2) {
    const auto at = [&](std::size_t i) {
      return static_cast<std::uint64_t>(static_cast<unsigned char>(octets[i]));
    };
    Frame frame;
    frame.fin = (at(0) & 0x80) != 0;
    frame.rsv = static_cast<int>(at(0) >> 4 & 7);
    frame.opcode = static_cast<int>(at(0) & 15);
    frame.masked = (at(1) & 0x80) != 0;
    std::uint64_t length = at(1) & 0x7f;
    std::size_t header = 2;
    const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (octets.size() < 2 + extended) return frames;
    if (extended > 0) length = 0;
    for (; header < 2 + extended; ++header) length = length << 8 | at(header);
    if (frame.masked) {
      if (octets.size() < header + 4) return frames;
      frame.mask_key = octets.substr(header, 4);
      header += 4;
    }
    if (octets.size() < header + length) return frames;
    frame.payload = octets.substr(header, length);
    if (frame.masked) frame.payload = Masked(frame.payload, frame.mask_key);
    octets.erase(0, header + length);
    frames.push_back(frame);
  }
  return frames;
}

}  // namespace wampgate::websocket::test
