#include "websocket/close_code.hpp"

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace wampgate::websocket {

std::string_view TruncateCloseReason(std::string_view reason) {
  if (reason.size() <= kMaxCloseReason) return reason;
  std::size_t size = kMaxCloseReason;
  while (size > 0 && (static_cast<unsigned char>(reason[size]) & 0xc0) == 0x80) --size;
  return reason.substr(0, size);
}

std::string ClosePayload(std::uint16_t code, std::string_view reason) {
  std::string payload;
  if (code == 0) return payload;
  payload += static_cast<char>(code >> 8);
  payload += static_cast<char>(code);
  payload += TruncateCloseReason(reason);
  return payload;
}

bool ParseClosePayload(std::string_view payload, CloseStatus& status, Violation& violation) {
  status = {};
  if (payload.empty()) return true;
  if (payload.size() == 1) {
    violation = {kProtocolError, "received close control frame with payload len 1"};
    return false;
  }
  const auto code = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                               static_cast<unsigned char>(payload[1]));
  if (!IsValidCloseCode(code)) {
    violation = {kProtocolError, fmt::format("invalid close code {}", code)};
    return false;
  }
  if (!IsUtf8(payload.substr(2))) {
    violation = {kInvalidPayload, "invalid close reason (non-UTF8 payload)"};
    return false;
  }
  status = {code, payload.substr(2)};
  return true;
}

}  // namespace wampgate::websocket
