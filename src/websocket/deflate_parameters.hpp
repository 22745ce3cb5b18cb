#pragma once

namespace wampgate::websocket {

/// What permessage-deflate came to in one handshake (RFC 7692 7.1): windows and takeover for each direction.
struct DeflateParameters {
  int deflate_window_bits = 15;  ///< our compressor, 9…15
  int inflate_window_bits = 15;  ///< the peer's compressor, 8…15
  bool deflate_no_context_takeover = false;
  bool inflate_no_context_takeover = false;
  int memory_level = 8;
  bool operator==(const DeflateParameters&) const = default;
};

}  // namespace wampgate::websocket
