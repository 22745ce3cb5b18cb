// Any octets may be inflated, within the limit, cut anywhere; any octets deflate to something that inflates
// to them.
#include <algorithm>

#include "base/check.hpp"
#include "fuzz/websocket/events.hpp"
#include "websocket/deflate.hpp"

namespace wampgate {
namespace {

using websocket::Inflater;

Inflater::Result InflateAll(Inflater& inflater, std::string_view wire, std::size_t piece, ByteBuffer& out) {
  constexpr std::size_t kLimit = 50'000;
  auto result = Inflater::Result::kOk;
  for (std::size_t at = 0; at < wire.size() && result == Inflater::Result::kOk; at += piece) {
    result = inflater.Feed(wire.substr(at, piece), out, kLimit);
  }
  if (result == Inflater::Result::kOk) result = inflater.Finish(out, kLimit);
  WAMPGATE_CHECK(out.size() <= kLimit);
  return result;
}

void CheckInflating(std::string_view wire, const websocket::DeflateParameters& parameters) {
  Inflater whole(parameters);
  Inflater pieces(parameters);
  for (int message = 0; message < 2; ++message) {
    ByteBuffer at_once;
    ByteBuffer octet_by_octet;
    const auto result = InflateAll(whole, wire, wire.size() + 1, at_once);
    const auto other = InflateAll(pieces, wire, 1, octet_by_octet);
    // Whether zlib notices references beyond a smaller window depends on how the input is cut.
    if (parameters.inflate_window_bits < 15) return;
    WAMPGATE_CHECK(other == result);
    WAMPGATE_CHECK(at_once.view() == octet_by_octet.view());
    if (result != Inflater::Result::kOk) return;
  }
}

void CheckRoundTrip(std::string_view message, const websocket::DeflateParameters& parameters) {
  websocket::Deflater deflater(parameters);
  Inflater inflater(parameters);
  const std::string_view head = message.substr(0, message.size() / 2);
  for (int round = 0; round < 3; ++round) {
    ByteBuffer wire;
    ByteBuffer back;
    if (round == 1 && deflater.can_continue()) {
      WAMPGATE_CHECK(deflater.Compress(head, wire));
      ByteBuffer more;
      WAMPGATE_CHECK(deflater.Continue(message.substr(head.size()), more));
      wire.Append(more.view());
    } else {
      WAMPGATE_CHECK(deflater.Compress(message, wire));
    }
    WAMPGATE_CHECK(inflater.Feed(wire.view(), back, message.size()) == Inflater::Result::kOk);
    WAMPGATE_CHECK(inflater.Finish(back, message.size()) == Inflater::Result::kOk);
    WAMPGATE_CHECK(back.view() == message);
    if (round == 1) deflater.Release();
  }
}

}  // namespace
}  // namespace wampgate

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wampgate;
  if (size < 1) return 0;
  const std::string_view octets(reinterpret_cast<const char*>(data + 1), size - 1);
  websocket::DeflateParameters parameters;
  parameters.deflate_window_bits = parameters.inflate_window_bits = 9 + data[0] % 7;
  parameters.memory_level = 1 + data[0] / 7 % 9;
  parameters.deflate_no_context_takeover = parameters.inflate_no_context_takeover = data[0] >= 128;
  CheckInflating(octets, parameters);
  CheckRoundTrip(octets, parameters);
  return 0;
}
