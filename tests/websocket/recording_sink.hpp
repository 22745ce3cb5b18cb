#pragma once

#include <string>
#include <utility>
#include <vector>

#include "websocket/decoder.hpp"
#include "websocket/frames.hpp"

namespace wampgate::websocket::test {

/// Writes down what a decoder finds, as lines: "text Hello", "ping x", "1002 reason".
class RecordingSink final : public DecoderSink {
 public:
  Next OnMessage(MessageKind kind, std::string_view payload) override {
    return Note((kind == MessageKind::kText ? "text " : "binary ") + std::string(payload));
  }
  bool OnLargeMessage(MessageKind kind, std::uint64_t total, std::string_view head) override {
    ++large_offers;
    large = kind == MessageKind::kText ? "text " : "binary ";
    large_total = total;
    large_head = head.size();
    return take_large;
  }
  Next OnPart(std::string_view octets, bool last) override {
    large += octets;
    return last ? Note(large) : next;
  }
  Next OnControl(Opcode opcode, std::string_view payload) override {
    const char* name = opcode == Opcode::kPing ? "ping " : opcode == Opcode::kPong ? "pong " : "close ";
    return Note(name + std::string(payload));
  }
  Next OnViolation(const Violation& violation) override {
    return Note(std::to_string(violation.code) + " " + violation.reason);
  }

  std::vector<std::string> events;
  Next next = Next::kGoOn;
  bool take_large = false;
  int large_offers = 0;
  std::uint64_t large_total = 0;
  std::size_t large_head = 0;
  std::string large;

 private:
  Next Note(std::string event) {
    events.push_back(std::move(event));
    return next;
  }
};

/// Feeds a decoder as a stream does: what it leaves comes again, as it left it, before the next segment.
class Feeder {
 public:
  Feeder(const ConnectionOptions& options, const std::optional<DeflateParameters>& deflate = std::nullopt)
      : decoder(options, deflate) {}

  void Feed(std::string_view segment) {
    rest += segment;
    const std::size_t consumed = decoder.Feed({rest.data(), rest.size()}, sink);
    rest.erase(0, consumed);
  }

  Decoder decoder;
  RecordingSink sink;
  std::string rest;
};

}  // namespace wampgate::websocket::test
