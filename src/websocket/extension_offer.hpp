#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "websocket/deflate_parameters.hpp"
#include "websocket/extension_list.hpp"
#include "websocket/options.hpp"

namespace wampgate::websocket {

inline constexpr std::string_view kPermessageDeflate = "permessage-deflate";

/// The parameters of one permessage-deflate element, offer or answer (RFC 7692 7.1).
struct DeflateTerms {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<int> server_max_window_bits;  ///< 8…15
  bool has_client_max_window_bits = false;
  std::optional<int> client_max_window_bits;  ///< 8…15; offers may leave the value out
  bool operator==(const DeflateTerms&) const = default;
};

/// Reads and checks the parameters; errors are worded as in spec 2.3.2.
StatusOr<DeflateTerms> ReadDeflateTerms(const Extension& extension);

/// A server's answer to a client's offers.
struct DeflateAnswer {
  std::string extensions;  ///< value of the answer's Sec-WebSocket-Extensions
  DeflateParameters parameters;
};

/// Server side: all permessage-deflate offers of a Sec-WebSocket-Extensions header, in order. An illegal one
/// fails the handshake, configured or not; other extensions are passed over.
StatusOr<std::vector<DeflateTerms>> ParseDeflateOffers(std::string_view header);

/// Server side: accepts the first offer that fits (spec 2.3.3), at the stricter of what both sides want. An
/// offer of `server_max_window_bits=8` is declined: zlib cannot make raw deflate with so small a window.
/// Nothing: no compression.
std::optional<DeflateAnswer> AnswerDeflateOffers(const std::vector<DeflateTerms>& offers,
                                                 const DeflateOptions& options);

/// Client side: the offer to make. `max_window_bits` and `no_context_takeover` speak of our own compressor,
/// the `request_…` ones of the server's.
std::string DeflateOffer(const DeflateOptions& options);

/// Client side: what the server's Sec-WebSocket-Extensions header comes to; `options` is what was offered, if
/// anything. An answer that was not offered, or that breaks the offer's terms, is an error (RFC 7692 7.1).
StatusOr<std::optional<DeflateParameters>> AcceptDeflateAnswer(std::string_view header,
                                                               const std::optional<DeflateOptions>& options);

}  // namespace wampgate::websocket
