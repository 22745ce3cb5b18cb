#include "websocket/origin.hpp"

#include <fmt/format.h>

#include "websocket/field_list.hpp"

namespace wampgate::websocket {
namespace {

/// Linear in pattern × text at worst, without recursion: only the last '*' is ever tried again.
bool MatchesWildcard(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

struct HostPort {
  std::string host;  // lower-case, without brackets
  std::string_view port;
};

/// `authority` without user information.
HostPort SplitAuthority(std::string_view authority) {
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return {};
    std::string_view port = authority.substr(close + 1);
    if (port.starts_with(':')) port.remove_prefix(1);
    return {LowerCaseAscii(authority.substr(1, close - 1)), port};
  }
  const std::size_t colon = authority.find(':');
  if (colon == std::string_view::npos) return {LowerCaseAscii(authority), {}};
  return {LowerCaseAscii(authority.substr(0, colon)), authority.substr(colon + 1)};
}

std::string_view DefaultPort(std::string_view scheme) {
  if (scheme == "https") return "443";
  if (scheme == "http") return "80";
  return "None";
}

bool IsPort(std::string_view port) {
  if (port.empty() || port.size() > 5) return false;
  int value = 0;
  for (const char c : port) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  return value <= 65535;
}

}  // namespace

StatusOr<Origin> ParseOrigin(std::string_view header) {
  Origin origin;
  const std::size_t colon = header.find(':');
  const std::string scheme = LowerCaseAscii(header.substr(0, colon));
  if (EqualsIgnoringCase(header, "null") || (colon != std::string_view::npos && scheme == "file")) {
    origin.is_null = true;
    return origin;
  }
  const auto no_host = [&] {
    return InvalidArgument(fmt::format("No host part in Origin '{}'", Printable(header)));
  };
  if (colon == std::string_view::npos) return no_host();
  std::string_view rest = header.substr(colon + 1);
  if (!rest.starts_with("//")) return no_host();
  rest.remove_prefix(2);
  const HostPort target = SplitAuthority(rest.substr(0, rest.find_first_of("/?#")));
  if (target.host.empty()) return no_host();
  if (!target.port.empty() && !IsPort(target.port)) {
    return InvalidArgument(fmt::format("Invalid port in Origin '{}'", Printable(header)));
  }
  const std::string_view default_port = DefaultPort(scheme);
  const std::string_view port = target.port.empty() ? default_port : target.port;
  origin.full = fmt::format("{}://{}:{}", scheme, target.host, port);
  origin.short_form = port == default_port ? fmt::format("{}://{}", scheme, target.host) : origin.full;
  return origin;
}

bool MatchesOrigin(const std::vector<std::string>& patterns, const Origin& origin) {
  for (const std::string& pattern : patterns) {
    if (MatchesWildcard(pattern, origin.full) || MatchesWildcard(pattern, origin.short_form)) return true;
  }
  return false;
}

}  // namespace wampgate::websocket
