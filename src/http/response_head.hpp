#pragma once

#include <cstdint>
#include <string_view>

#include "base/byte_buffer.hpp"
#include "http/message.hpp"
#include "http/options.hpp"

namespace wampgate::http {

enum class KeepAlive : std::uint8_t { kNo, kYes };

/// What the head of a response depends on besides the response.
struct HeadContext {
  const ServerOptions& options;
  int version = 11;  ///< of the request
  KeepAlive keep_alive = KeepAlive::kYes;
};

/// The usual phrase for a status code; "Unknown" for one without.
std::string_view ReasonPhrase(int status);

/// Appends status line and fields with the empty line behind them: Connection (where it says something),
/// Server, Date, Strict-Transport-Security, the response's own, Content-Length. Control characters in values
/// become spaces.
void AppendHead(ByteBuffer& output, const Response& response, const HeadContext& context);

/// Whether a response of that status may have a body (RFC 9110 6.4.1).
bool MayHaveBody(int status);

}  // namespace wampgate::http
