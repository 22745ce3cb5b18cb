#include "websocket/server_answer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "websocket/extension_offer.hpp"
#include "websocket/field_list.hpp"
#include "websocket/handshake.hpp"

namespace wampgate::websocket {
namespace {

/// What no header line may hold.
constexpr std::string_view kForbidden{"\0\r\n", 3};

std::string_view TakeLine(std::string_view& octets) {
  const std::size_t end = octets.find("\r\n");
  const std::string_view line = octets.substr(0, end);
  octets.remove_prefix(end == std::string_view::npos ? octets.size() : end + 2);
  return line;
}

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// "HTTP/1.1 101 Switching Protocols"; 0 if it is not a status line.
int StatusOf(std::string_view line) {
  const bool is_http = line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ");
  if (!is_http || line.size() < 12 || (line.size() > 12 && line[12] != ' ')) return 0;
  int status = 0;
  for (const char digit : line.substr(9, 3)) {
    if (digit < '0' || digit > '9') return 0;
    status = status * 10 + (digit - '0');
  }
  return status;
}

/// All fields of that name as one list.
std::string Joined(const ResponseHead& head, std::string_view name) {
  std::string value;
  for (const auto& [field, content] : head.headers) {
    if (field != name) continue;
    if (!value.empty()) value += ',';
    value += content;
  }
  return value;
}

Status Unacceptable(std::string_view problem) {
  return Unavailable(fmt::format("the backend's WebSocket answer cannot be accepted: {}", problem));
}

StatusOr<std::string> CheckSubprotocol(const ResponseHead& head, const ClientOptions& options) {
  const std::string chosen = Joined(head, "sec-websocket-protocol");
  if (chosen.empty() || std::ranges::find(options.subprotocols, chosen) != options.subprotocols.end())
    return chosen;
  return Unacceptable(fmt::format("subprotocol \"{}\" was not offered", Printable(chosen)));
}

}  // namespace

StatusOr<ResponseHead> ParseResponseHead(std::string_view octets) {
  ResponseHead head;
  const std::string_view status_line = TakeLine(octets);
  head.status_line = Printable(status_line);
  head.status = StatusOf(status_line);
  if (head.status == 0) {
    return Unavailable(
        fmt::format("the backend does not speak HTTP/1.1, it answered \"{}\"", head.status_line));
  }
  while (true) {
    const std::string_view line = TakeLine(octets);
    if (line.empty()) return head;
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    const bool is_broken = line.find_first_of(kForbidden) != std::string_view::npos;  // RFC 9110 5.5
    if (is_broken || colon == std::string_view::npos || name.empty() ||
        name.find_first_of(" \t") != std::string_view::npos) {
      return Unavailable(
          fmt::format("the backend answered with a malformed header line \"{}\"", Printable(line)));
    }
    head.headers.emplace_back(LowerCaseAscii(name), TrimBlanks(line.substr(colon + 1)));
  }
}

std::string UpgradeRequest(const ClientOptions& options, std::string_view key) {
  const bool has_agent = std::ranges::any_of(
      options.headers, [](const auto& field) { return EqualsIgnoringCase(field.first, "user-agent"); });
  std::string request =
      fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n{}Upgrade: websocket\r\nConnection: Upgrade\r\n",
                  options.target, options.host, has_agent ? "" : "User-Agent: wampgate\r\n");
  for (const auto& [name, value] : options.headers) request += fmt::format("{}: {}\r\n", name, value);
  request += fmt::format("Sec-WebSocket-Key: {}\r\n", key);
  if (!options.subprotocols.empty()) {
    request += fmt::format("Sec-WebSocket-Protocol: {}\r\n", fmt::join(options.subprotocols, ","));
  }
  if (options.deflate)
    request += fmt::format("Sec-WebSocket-Extensions: {}\r\n", DeflateOffer(*options.deflate));
  return request + "Sec-WebSocket-Version: 13\r\n\r\n";
}

StatusOr<ServerAnswer> CheckServerAnswer(const ResponseHead& head, const ClientOptions& options,
                                         std::string_view key) {
  if (head.status != 101) {
    // RFC 9110 15.5, RFC 6585 4. Any other answer would be the same for every client.
    const bool is_for_client =
        head.status == 401 || head.status == 403 || head.status == 407 || head.status == 429;
    return MakeStatus(is_for_client ? StatusCode::kPermissionDenied : StatusCode::kUnavailable,
                      fmt::format("the backend answered \"{}\"", head.status_line));
  }
  if (head.status_line.starts_with("HTTP/1.0")) return Unacceptable("it is HTTP/1.0, which knows no upgrade");
  if (!HasFieldToken(Joined(head, "upgrade"), "websocket")) {
    return Unacceptable("it has no header \"Upgrade: websocket\"");
  }
  if (!HasFieldToken(Joined(head, "connection"), "upgrade")) {
    return Unacceptable("it has no header \"Connection: Upgrade\"");
  }
  if (Joined(head, "sec-websocket-accept") != AcceptKey(key)) {
    return Unacceptable("Sec-WebSocket-Accept does not fit our key");
  }
  ServerAnswer answer;
  WAMPGATE_ASSIGN_OR_RETURN(answer.subprotocol, CheckSubprotocol(head, options));
  auto deflate = AcceptDeflateAnswer(Joined(head, "sec-websocket-extensions"), options.deflate);
  if (!deflate.ok()) return Unacceptable(Printable(Message(deflate.status())));
  answer.deflate = *deflate;
  return answer;
}

}  // namespace wampgate::websocket
