#include "proxy/upstream_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "http/target.hpp"
#include "websocket/field_list.hpp"

namespace wampgate::proxy {
namespace {

/// What is between the client and us, what our own handshake says, and what we say ourselves.
constexpr std::string_view kOwnFields[] = {"connection",
                                           "content-length",
                                           "expect",
                                           "forwarded",
                                           "host",
                                           "keep-alive",
                                           "proxy-authenticate",
                                           "proxy-authorization",
                                           "proxy-connection",
                                           "sec-websocket-accept",
                                           "sec-websocket-extensions",
                                           "sec-websocket-key",
                                           "sec-websocket-protocol",
                                           "sec-websocket-version",
                                           "te",
                                           "trailer",
                                           "transfer-encoding",
                                           "upgrade",
                                           "x-forwarded-for",
                                           "x-forwarded-host",
                                           "x-forwarded-proto",
                                           "x-real-ip"};
static_assert(std::is_sorted(std::begin(kOwnFields), std::end(kOwnFields)));

/// All fields of that name as one list.
std::string Joined(const http::Request& request, std::string_view name) {
  std::string value;
  for (const auto& [field, content] : request.headers) {
    if (field != name) continue;
    if (!value.empty()) value += ", ";
    value += content;
  }
  return value;
}

/// "127.0.0.1" of "tcp4:127.0.0.1:48040", "::1" of "tcp6:[::1]:48040"; empty for Unix sockets.
std::string_view AddressOf(std::string_view peer) {
  if (!peer.starts_with("tcp")) return {};
  const std::size_t begin = peer.find(':');
  const std::size_t end = peer.rfind(':');
  if (begin == std::string_view::npos || end <= begin) return {};
  std::string_view address = peer.substr(begin + 1, end - begin - 1);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  return address;
}

/// Lower-case names that must not be passed on.
std::set<std::string, std::less<>> Withheld(const http::Request& request, const TunnelOptions& options) {
  std::set<std::string, std::less<>> names(std::begin(kOwnFields), std::end(kOwnFields));
  const std::string connection = Joined(request, "connection");
  for (const std::string_view name : websocket::SplitFieldList(connection)) {
    names.insert(websocket::LowerCaseAscii(name));
  }
  for (const auto& [name, value] : options.client.headers) names.insert(websocket::LowerCaseAscii(name));
  return names;
}

/// The names are lower-case on the way in; they are written as people write them.
std::string Spelled(std::string_view name) {
  std::string spelled(name);
  bool at_start = true;
  for (char& c : spelled) {
    if (at_start && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    at_start = c == '-';
  }
  return spelled;
}

void AddFields(const http::Request& request, const TunnelOptions& options,
               std::vector<std::pair<std::string, std::string>>& headers) {
  const auto withheld = Withheld(request, options);
  for (const auto& [name, value] : request.headers) {
    // Version 8 of the protocol had another name for it.
    const std::string_view as = name == "sec-websocket-origin" ? std::string_view("origin") : name;
    if (!withheld.contains(as)) headers.emplace_back(Spelled(as), value);
  }
  const auto add = [&](std::string_view name, std::string_view spelling, std::string value) {
    const bool is_configured =
        std::any_of(options.client.headers.begin(), options.client.headers.end(),
                    [&](const auto& field) { return websocket::EqualsIgnoringCase(field.first, name); });
    if (!is_configured && !value.empty()) headers.emplace_back(spelling, std::move(value));
  };
  const std::string_view address = AddressOf(request.peer);
  std::string chain = Joined(request, "x-forwarded-for");
  if (!address.empty()) chain += (chain.empty() ? "" : ", ") + std::string(address);
  add("x-forwarded-for", "X-Forwarded-For", std::move(chain));
  add("x-forwarded-host", "X-Forwarded-Host", std::string(request.Header("host")));
  add("x-forwarded-proto", "X-Forwarded-Proto", request.is_secure ? "https" : "http");
  add("x-real-ip", "X-Real-IP", std::string(address));
}

bool IsOwn(const http::Request& request, const std::vector<std::string_view>& rest) {
  return rest.empty() || (request.at_level_root && rest.size() == 1 && rest.front().empty());
}

std::optional<std::string> TargetOf(const http::Request& request, const std::string& base) {
  const std::size_t mark = base.find('?');
  std::string target = base.substr(0, mark);
  const std::vector<std::string_view> rest = request.Rest();
  if (!IsOwn(request, rest)) {
    if (target.ends_with('/')) target.pop_back();
    for (const std::string_view segment : rest) {
      if (segment == "." || segment == "..") return std::nullopt;
      target += "/" + http::PercentEncode(segment);
    }
  }
  std::string query = mark == std::string::npos ? "" : base.substr(mark + 1);
  if (!query.empty() && !request.query.empty()) query += '&';
  query += request.query;
  return query.empty() ? target : target + "?" + query;
}

}  // namespace

std::optional<websocket::ClientOptions> UpstreamRequest(const http::Request& request,
                                                        const TunnelOptions& options) {
  std::optional<std::string> target = TargetOf(request, options.client.target);
  if (!target) return std::nullopt;
  websocket::ClientOptions upstream = options.client;
  upstream.target = *std::move(target);
  AddFields(request, options, upstream.headers);
  const std::string offered = Joined(request, "sec-websocket-protocol");
  for (const std::string_view name : websocket::SplitFieldList(offered)) {
    upstream.subprotocols.emplace_back(name);
  }
  return upstream;
}

std::string ReturnedFields(const std::vector<std::pair<std::string, std::string>>& headers) {
  const auto is_control = [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; };
  std::string lines;
  for (const auto& [name, value] : headers) {
    if (name != "set-cookie" || std::any_of(value.begin(), value.end(), is_control)) continue;
    lines += fmt::format("Set-Cookie: {}\r\n", value);
  }
  return lines;
}

}  // namespace wampgate::proxy
