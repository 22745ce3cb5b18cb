// What the decoder finds must not depend on how its input is cut, nor on whether large messages are taken in
// parts.
#include "base/check.hpp"
#include "fuzz/websocket/events.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wampgate;
  if (size < 1) return 0;
  const std::uint8_t flags = data[0];
  const std::string_view wire(reinterpret_cast<const char*>(data + 1), size - 1);
  websocket::ConnectionOptions options;
  options.require_masked = (flags & 1) != 0;
  options.validate_utf8 = (flags & 2) == 0;
  options.apply_mask = (flags & 4) == 0;
  options.max_message_size = (flags & 8) != 0 ? 200 : 100'000;
  options.max_frame_size = (flags & 16) != 0 ? 100 : 0;
  std::optional<websocket::DeflateParameters> deflate;
  if ((flags & 32) != 0) deflate.emplace();
  if (deflate) deflate->inflate_no_context_takeover = (flags & 64) != 0;

  const auto whole = fuzz::Decode(wire, options, deflate, 0, false);
  WAMPGATE_CHECK(fuzz::Decode(wire, options, deflate, 1, false) == whole);
  WAMPGATE_CHECK(fuzz::Decode(wire, options, deflate, 7, true) == whole);
  WAMPGATE_CHECK(fuzz::Decode(wire, options, deflate, 500, true) == whole);
  return 0;
}
