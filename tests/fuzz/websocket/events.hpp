#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "websocket/decoder.hpp"

namespace wampgate::fuzz {

/// What a decoder found in a stream, in a form that can be compared.
class Events final : public websocket::DecoderSink {
 public:
  explicit Events(bool take_large) : take_large_(take_large) {}

  Next OnMessage(MessageKind kind, std::string_view payload) override {
    return Note(kind == MessageKind::kText ? 't' : 'b', payload);
  }
  bool OnLargeMessage(MessageKind kind, std::uint64_t total, std::string_view head) override {
    if (head.size() < websocket::Decoder::kLargeHead || head.size() >= total) __builtin_trap();
    kind_ = kind;
    part_.clear();
    return take_large_;
  }
  Next OnPart(std::string_view octets, bool last) override {
    part_ += octets;
    return last ? OnMessage(kind_, part_) : Next::kGoOn;
  }
  Next OnControl(websocket::Opcode opcode, std::string_view payload) override {
    return Note(static_cast<char>('0' + static_cast<int>(opcode)), payload);
  }
  Next OnViolation(const websocket::Violation& violation) override {
    return Note('!', std::to_string(violation.code) + violation.reason);
  }

  std::vector<std::string> found;

 private:
  Next Note(char what, std::string_view payload) {
    found.push_back(what + std::string(payload));
    return Next::kGoOn;
  }
  bool take_large_;
  MessageKind kind_ = MessageKind::kBinary;
  std::string part_;
};

/// Everything found in `wire` when it comes in segments of `first`, `first` + 1, … octets (0: at once).
inline std::vector<std::string> Decode(std::string_view wire, const websocket::ConnectionOptions& options,
                                       const std::optional<websocket::DeflateParameters>& deflate,
                                       std::size_t first, bool take_large) {
  Events events(take_large);
  websocket::Decoder decoder(options, deflate);
  std::string rest;
  std::size_t size = first == 0 ? wire.size() : first;
  do {
    const std::string_view segment = wire.substr(0, size);
    wire.remove_prefix(segment.size());
    rest += segment;
    rest.erase(0, decoder.Feed({rest.data(), rest.size()}, events));
    ++size;
  } while (!wire.empty());
  return std::move(events.found);
}

}  // namespace wampgate::fuzz
