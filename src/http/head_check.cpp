#include "http/head_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "http/target.hpp"
#include "http/token_list.hpp"

namespace wampgate::http {
namespace {

Refusal BadRequest(std::string text) {
  return {400, "Bad Request", std::move(text)};
}

bool IsHostCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("-._~!$&'()*+,;=:[]%").find(c) != std::string_view::npos;
}

std::optional<Refusal> CheckHost(Request& request, std::string authority) {
  const std::size_t hosts = request.Count("host");
  if (hosts > 1) return BadRequest("The request has more than one Host field.");
  if (hosts == 0 && request.version >= 11) return BadRequest("The request has no Host field.");
  if (hosts == 0) return std::nullopt;
  const auto host = std::find_if(request.headers.begin(), request.headers.end(),
                                 [](const auto& field) { return field.first == "host"; });
  if (!authority.empty()) host->second = std::move(authority);
  if (!std::all_of(host->second.begin(), host->second.end(), IsHostCharacter)) {
    return BadRequest("The Host field is not a host name or address.");
  }
  return std::nullopt;
}

std::optional<Refusal> CheckFraming(const Request& request) {
  const std::size_t encodings = request.Count("transfer-encoding");
  const std::size_t lengths = request.Count("content-length");
  if (encodings > 1 || lengths > 1 || encodings + lengths > 1) {
    return BadRequest("The request states the length of its body more than once.");
  }
  if (encodings == 1 && request.version < 11) {
    return BadRequest("A request of HTTP/1.0 may not have a Transfer-Encoding.");
  }
  if (encodings == 1 && !EqualsIgnoringCase(request.Header("transfer-encoding"), "chunked")) {
    return BadRequest("The only Transfer-Encoding of a request may be \"chunked\".");
  }
  const std::string_view length = request.Header("content-length");
  const bool is_number = !length.empty() && length.find_first_not_of("0123456789") == std::string_view::npos;
  if (lengths == 1 && !is_number) return BadRequest("The Content-Length is not a number.");
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> CheckHead(Request& request, const ServerOptions& options) {
  const bool only_websocket = options.only_websocket;
  if (request.version < 11 && only_websocket) {
    return Refusal{
        505, "HTTP Version Not Supported",
        fmt::format("Unsupported HTTP version \"HTTP/{}.{}\"", request.version / 10, request.version % 10)};
  }
  if (std::optional<Refusal> refusal = CheckFraming(request)) return refusal;
  if (request.method == "CONNECT") return Refusal{501, "Not Implemented", "This is no forward proxy."};
  std::optional<Target> target = ParseTarget(request.method, request.target);
  if (!target) return BadRequest("The request target is malformed.");
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  request.segments = std::move(target->segments);
  if (!only_websocket) {  // there the opening handshake checks it, in its own words
    if (std::optional<Refusal> refusal = CheckHost(request, std::move(target->authority))) return refusal;
  }
  request.wants_upgrade = request.Count("upgrade") != 0;
  const bool has_expectation = request.version >= 11 && request.Count("expect") != 0;
  if (has_expectation && !EqualsIgnoringCase(request.Header("expect"), "100-continue")) {
    return Refusal{417, "Expectation Failed", "The only expectation that can be met is 100-continue."};
  }
  return std::nullopt;
}

}  // namespace wampgate::http
