// What the decoder finds must not depend on how its input is cut, nor on whether large messages are taken in
// parts.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "rawsocket/decoder.hpp"

namespace wampgate::rawsocket {
namespace {

class Events final : public DecoderSink {
 public:
  explicit Events(bool take_large) : take_large_(take_large) {}
  Next OnFrame(FrameType type, std::string_view payload) override {
    found.push_back(static_cast<char>('0' + static_cast<int>(type)) + std::string(payload));
    return Next::kGoOn;
  }
  bool OnLargeMessage(std::size_t total, std::string_view head) override {
    WAMPGATE_CHECK(head.size() >= Decoder::kLargeHead && head.size() < total);
    part_.clear();
    return take_large_;
  }
  Next OnPart(std::string_view octets, bool last) override {
    part_ += octets;
    return last ? OnFrame(FrameType::kMessage, part_) : Next::kGoOn;
  }
  void OnViolation(std::string reason) override { found.push_back("!" + reason); }

  std::vector<std::string> found;

 private:
  bool take_large_;
  std::string part_;
};

std::vector<std::string> Decode(std::string_view wire, std::size_t limit, std::size_t first,
                                bool take_large) {
  Events events(take_large);
  Decoder decoder(limit);
  std::string rest;
  std::size_t size = first == 0 ? wire.size() : first;
  do {
    const std::string_view segment = wire.substr(0, size++);
    wire.remove_prefix(segment.size());
    rest += segment;
    rest.erase(0, decoder.Feed(rest, events));
  } while (!wire.empty());
  return std::move(events.found);
}

}  // namespace
}  // namespace wampgate::rawsocket

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wampgate::rawsocket;
  if (size < 4) return 0;
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const Handshake handshake = DecodeHandshake(octets);
  const Handshake again = DecodeHandshake(EncodeHandshake(handshake));
  WAMPGATE_CHECK(again.length == handshake.length && again.serializer == handshake.serializer &&
                 again.reserved == handshake.reserved);
  const std::size_t limit = OctetsFor(handshake.length);
  const std::string_view wire = octets.substr(4);
  const auto whole = Decode(wire, limit, 0, false);
  WAMPGATE_CHECK(Decode(wire, limit, 1, false) == whole);
  WAMPGATE_CHECK(Decode(wire, limit, 7, true) == whole);
  WAMPGATE_CHECK(Decode(wire, limit, 500, true) == whole);
  return 0;
}
