#include "websocket/handshake.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "base/base64.hpp"
#include "websocket/extension_offer.hpp"
#include "websocket/field_list.hpp"
#include "websocket/origin.hpp"

namespace wampgate::websocket {
namespace {

/// What a refused request is answered with.
struct Refusal {
  int status = 400;
  std::string text;
  std::string headers;  // lines, each with its CRLF
};
using Check = std::optional<Refusal>;  // nothing: passed

Check Refuse(std::string text) {
  return Refusal{400, std::move(text), ""};
}

/// All fields of that name as one list.
std::string Joined(const http::Request& request, std::string_view name) {
  std::string value;
  for (const auto& [field, content] : request.headers) {
    if (field != name) continue;
    if (!value.empty()) value += ',';
    value += content;
  }
  return value;
}

Check RefuseRepeated(const http::Request& request, std::string_view name, std::string_view spelling) {
  if (request.Count(name) <= 1) return std::nullopt;
  return Refuse(fmt::format("HTTP {} header appears more than once in opening handshake request", spelling));
}

Check CheckMethod(const http::Request& request) {
  if (request.method == "GET") return std::nullopt;
  return Refusal{405, fmt::format("HTTP method \"{}\" not allowed", Printable(request.method)),
                 "Allow: GET\r\n"};
}

Check CheckTarget(const http::Request& request) {
  if (const std::size_t hash = request.target.find('#'); hash != std::string::npos) {
    return Refuse(fmt::format("HTTP requested resource contains a fragment identifier \"{}\"",
                              Printable(std::string_view(request.target).substr(hash + 1))));
  }
  return std::nullopt;
}

Check CheckHost(const http::Request& request, const ServerOptions& options) {
  if (request.Count("host") == 0) return Refuse("HTTP Host header missing in opening handshake request");
  if (auto refusal = RefuseRepeated(request, "host", "Host")) return refusal;
  const std::string_view host = request.Header("host");
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || host.ends_with(']')) return std::nullopt;
  const std::string_view text = host.substr(colon + 1);
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port > 65535) {
    return Refuse(
        fmt::format("invalid port \"{}\" in HTTP Host header \"{}\"", Printable(text), Printable(host)));
  }
  if (options.external_port && port != *options.external_port) {
    return Refuse(fmt::format("port {} in HTTP Host header \"{}\" does not match server listening port {}",
                              port, Printable(host), *options.external_port));
  }
  return std::nullopt;
}

Check CheckUpgrade(const http::Request& request) {
  const std::string upgrade = Joined(request, "upgrade");
  if (!HasFieldToken(upgrade, "websocket")) {
    return Refuse(
        fmt::format("HTTP Upgrade headers do not include \"websocket\" value (case-insensitive): \"{}\"",
                    Printable(upgrade)));
  }
  if (request.Count("connection") == 0) return Refuse("HTTP Connection header missing");
  const std::string connection = Joined(request, "connection");
  if (!HasFieldToken(connection, "upgrade")) {
    return Refuse(
        fmt::format("HTTP Connection headers do not include \"upgrade\" value (case-insensitive): \"{}\"",
                    Printable(connection)));
  }
  return std::nullopt;
}

Check CheckVersion(const http::Request& request, const ServerOptions& options, int& version) {
  if (request.Count("sec-websocket-version") == 0) {
    return Refuse("WebSocket connection denied - Hixie76 protocol not supported.");
  }
  if (auto refusal = RefuseRepeated(request, "sec-websocket-version", "Sec-WebSocket-Version"))
    return refusal;
  const std::string_view text = request.Header("sec-websocket-version");
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Refuse(
        fmt::format("could not parse HTTP Sec-WebSocket-Version header \"{}\" in opening handshake request",
                    Printable(text)));
  }
  if ((version == 13 && options.enable_rfc6455) || (version == 8 && options.enable_hybi10))
    return std::nullopt;
  const std::string_view both = options.enable_rfc6455 && options.enable_hybi10 ? "," : "";
  const std::string supported =
      fmt::format("{}{}{}", options.enable_rfc6455 ? "13" : "", both, options.enable_hybi10 ? "8" : "");
  return Refusal{
      400, fmt::format("WebSocket version {} not supported (supported versions: {})", version, supported),
      fmt::format("Sec-WebSocket-Version: {}\r\n", supported)};
}

Check CheckDuplicateProtocols(const std::vector<std::string_view>& offered) {
  for (auto protocol = offered.begin(); protocol != offered.end(); ++protocol) {
    if (std::find(offered.begin(), protocol, *protocol) == protocol) continue;
    return Refuse(fmt::format("duplicate protocol \"{}\" specified in HTTP Sec-WebSocket-Protocol header",
                              Printable(*protocol)));
  }
  return std::nullopt;
}

Check CheckOrigin(const http::Request& request, const ServerOptions& options, int version) {
  const std::string_view name = version == 8 ? "sec-websocket-origin" : "origin";
  if (auto refusal = RefuseRepeated(request, name, "Origin")) return refusal;
  if (request.Count(name) == 0) return std::nullopt;
  const std::string_view header = request.Header(name);
  const auto origin = ParseOrigin(header);
  if (!origin.ok()) return Refuse(fmt::format("HTTP Origin header invalid: {}", Message(origin.status())));
  const bool allowed =
      origin->is_null ? options.allow_null_origin : MatchesOrigin(options.allowed_origins, *origin);
  if (allowed) return std::nullopt;
  return Refuse(fmt::format("WebSocket connection denied: origin '{}' not allowed", Printable(header)));
}

Check CheckKey(const http::Request& request) {
  if (request.Count("sec-websocket-key") == 0) return Refuse("HTTP Sec-WebSocket-Key header missing");
  if (auto refusal = RefuseRepeated(request, "sec-websocket-key", "Sec-WebSocket-Key")) return refusal;
  const std::string_view key = request.Header("sec-websocket-key");
  if (key.size() != 24) {
    return Refuse(
        fmt::format("bad Sec-WebSocket-Key (length must be 24 ASCII chars) \"{}\"", Printable(key)));
  }
  if (!key.ends_with("==")) {
    return Refuse(fmt::format("bad Sec-WebSocket-Key (invalid base64 encoding) \"{}\"", Printable(key)));
  }
  for (const char c : key.substr(0, 22)) {
    const bool is_base64 =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    if (is_base64) continue;
    return Refuse(fmt::format("bad character \"{}\" in Sec-WebSocket-Key (invalid base64 encoding) \"{}\"",
                              Printable({&c, 1}), Printable(key)));
  }
  return std::nullopt;
}

/// The client's first offer that is acceptable (spec 3.2, 2.2.18).
Check ChooseSubprotocol(const std::vector<std::string_view>& offered, std::span<const std::string> acceptable,
                        const ServerOptions& options, std::string& chosen) {
  if (acceptable.empty()) return std::nullopt;
  const auto is_acceptable = [&](std::string_view name) {
    return std::ranges::find(acceptable, name) != acceptable.end();
  };
  if (const auto found = std::ranges::find_if(offered, is_acceptable); found != offered.end()) {
    chosen = *found;
    return std::nullopt;
  }
  if (!options.require_websocket_subprotocol) {
    if (is_acceptable("wamp.2.json")) return std::nullopt;
    return Refusal{
        500, "Internal server error: a client without subprotocol speaks wamp.2.json, which is not enabled",
        ""};
  }
  std::string list;
  for (const std::string& name : acceptable) list += (list.empty() ? "" : ", ") + name;
  return Refuse(fmt::format("This server only speaks WebSocket subprotocols {}", list));
}

std::string ServerName(const ServerOptions& options) {
  return options.show_server_version ? "wampgate/" WAMPGATE_VERSION : "wampgate";
}

HandshakeOutcome Refused(const Refusal& refusal) {
  HandshakeOutcome outcome;
  outcome.status = refusal.status;
  outcome.failure = refusal.text;
  outcome.response = fmt::format("HTTP/1.1 {} {}\r\n{}\r\n", refusal.status, refusal.text, refusal.headers);
  return outcome;
}

HandshakeOutcome Accepted(const http::Request& request, const ServerOptions& options, std::string subprotocol,
                          std::optional<DeflateAnswer> deflate) {
  HandshakeOutcome outcome;
  outcome.accepted = true;
  outcome.status = 101;
  outcome.subprotocol = std::move(subprotocol);
  outcome.response = fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nServer: {}\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n",
      ServerName(options));
  if (!outcome.subprotocol.empty()) {
    outcome.response += fmt::format("Sec-WebSocket-Protocol: {}\r\n", outcome.subprotocol);
  }
  outcome.response +=
      fmt::format("Sec-WebSocket-Accept: {}\r\n", AcceptKey(request.Header("sec-websocket-key")));
  if (deflate) {
    outcome.extensions = deflate->extensions;
    outcome.deflate = deflate->parameters;
    outcome.response += fmt::format("Sec-WebSocket-Extensions: {}\r\n", outcome.extensions);
  }
  outcome.response += "\r\n";
  return outcome;
}

}  // namespace

std::string AcceptKey(std::string_view key) {
  const std::string salted = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(salted.data()), salted.size(), digest);
  return EncodeBase64({reinterpret_cast<const char*>(digest), sizeof digest});
}

std::optional<std::string> RefuseAddress(const http::Request& request, const ServerOptions& options) {
  if (auto refusal = CheckTarget(request)) return Refused(*refusal).response;
  if (auto refusal = CheckHost(request, options)) return Refused(*refusal).response;
  return std::nullopt;
}

HandshakeOutcome AnswerHandshake(const http::Request& request, const ServerOptions& options,
                                 std::span<const std::string> subprotocols) {
  int version = 0;
  if (auto refusal = CheckMethod(request)) return Refused(*refusal);
  if (auto refusal = CheckTarget(request)) return Refused(*refusal);
  if (auto refusal = CheckHost(request, options)) return Refused(*refusal);
  if (auto refusal = CheckUpgrade(request)) return Refused(*refusal);
  if (auto refusal = CheckVersion(request, options, version)) return Refused(*refusal);
  const std::string protocols = Joined(request, "sec-websocket-protocol");
  const std::vector<std::string_view> offered = SplitFieldList(protocols);
  if (auto refusal = CheckDuplicateProtocols(offered)) return Refused(*refusal);
  if (auto refusal = CheckOrigin(request, options, version)) return Refused(*refusal);
  if (auto refusal = CheckKey(request)) return Refused(*refusal);
  const auto offers = ParseDeflateOffers(Joined(request, "sec-websocket-extensions"));
  if (!offers.ok()) return Refused(*Refuse(Printable(Message(offers.status()))));
  std::string chosen;
  if (auto refusal = ChooseSubprotocol(offered, subprotocols, options, chosen)) return Refused(*refusal);
  std::optional<DeflateAnswer> deflate;
  if (options.deflate) deflate = AnswerDeflateOffers(*offers, *options.deflate);
  return Accepted(request, options, std::move(chosen), std::move(deflate));
}

}  // namespace wampgate::websocket
