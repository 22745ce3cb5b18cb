#include "http/target.hpp"

#include <algorithm>
#include <cctype>

namespace wampgate::http {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool StartsWithIgnoringCase(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(),
                    [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
}

// Moves the authority of an absolute form from `target` to `out`; what is left is path and query.
bool TakeAuthority(std::string_view& target, Target& out) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!StartsWithIgnoringCase(target, scheme)) continue;
    target.remove_prefix(scheme.size());
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    out.authority = target.substr(0, end);
    target.remove_prefix(end);
    return !out.authority.empty();
  }
  return false;
}

bool SplitPath(std::string_view path, std::vector<std::string>& segments) {
  while (true) {
    path.remove_prefix(1);  // the '/'
    const std::size_t end = std::min(path.find('/'), path.size());
    std::optional<std::string> segment = PercentDecode(path.substr(0, end));
    if (!segment) return false;
    segments.push_back(*std::move(segment));
    if (end == path.size()) return true;
    path.remove_prefix(end);
  }
}

}  // namespace

std::optional<Target> ParseTarget(std::string_view method, std::string_view target) {
  Target out;
  if (target == "*") {
    if (method != "OPTIONS") return std::nullopt;
    out.path = "*";
    return out;
  }
  if (target.empty() || target.find('#') != std::string_view::npos) return std::nullopt;
  if (target.front() != '/' && !TakeAuthority(target, out)) return std::nullopt;
  const std::size_t question = std::min(target.find('?'), target.size());
  out.path = target.substr(0, question);
  if (question < target.size()) out.query = target.substr(question + 1);
  if (out.path.empty()) out.path = "/";  // "http://host" and "http://host?q" (RFC 9112 3.2.2)
  if (!SplitPath(out.path, out.segments)) return std::nullopt;
  return out;
}

std::optional<std::string> PercentDecode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = HexDigit(text[i + 1]);
    const int low = HexDigit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

std::string PercentEncode(std::string_view segment) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(segment.size());
  for (const char c : segment) {
    const auto octet = static_cast<unsigned char>(c);
    const bool is_alphanumeric =
        (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
    if (is_alphanumeric || std::string_view("-._~").find(c) != std::string_view::npos) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kHex[octet >> 4]);
      out.push_back(kHex[octet & 15]);
    }
  }
  return out;
}

}  // namespace wampgate::http
