#include "config/websocket_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace wampgate::config {
namespace {

bool IsVisible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

/// Splits "host:port" or "[::1]:port"; the port stays as it is where there is none.
bool SplitAuthority(std::string_view authority, WebSocketUrl& url) {
  std::size_t end = authority.find(':');
  if (authority.starts_with('[')) {
    const std::size_t bracket = authority.find(']');
    if (bracket == std::string_view::npos) return false;
    end = bracket + 1;
    if (end < authority.size() && authority[end] != ':') return false;
    if (end == authority.size()) end = std::string_view::npos;
  }
  url.host = authority.substr(0, end);
  if (url.host.empty() || url.host.find('@') != std::string::npos) return false;
  if (end == std::string_view::npos) return true;
  const std::string_view port = authority.substr(end + 1);
  const auto [stop, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
  return error == std::errc() && stop == port.data() + port.size() && url.port != 0;
}

}  // namespace

std::string WebSocketUrl::HostHeader() const {
  return port == (secure ? 443 : 80) ? host : fmt::format("{}:{}", host, port);
}

StatusOr<WebSocketUrl> ParseWebSocketUrl(std::string_view text) {
  WebSocketUrl url;
  url.secure = text.starts_with("wss://");
  if (!url.secure && !text.starts_with("ws://")) return InvalidArgument("that begins with ws:// or wss://");
  if (!IsVisible(text)) return InvalidArgument("without spaces and other than ASCII characters");
  if (text.find('#') != std::string_view::npos) return InvalidArgument("without a fragment");
  text.remove_prefix(url.secure ? 6 : 5);
  const std::size_t slash = std::min(text.find_first_of("/?"), text.size());
  url.port = url.secure ? 443 : 80;
  if (!SplitAuthority(text.substr(0, slash), url))
    return InvalidArgument("with a host and, if any, a port from 1 to 65535");
  url.target = text.substr(slash);
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  url.has_query = url.target.find('?') != std::string::npos;
  return url;
}

}  // namespace wampgate::config
