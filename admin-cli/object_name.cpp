#include "object_name.hpp"

#include <charconv>

namespace wampgate::ctl {
namespace {

std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == '/') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

}  // namespace

std::optional<std::string> FullName(const std::string& typed, const Collections& collections) {
  if (typed.starts_with("workers/")) return typed;
  const std::vector<std::string> parts = Split(typed);
  const bool repeats = collections.back() == "paths";
  if (parts.size() < collections.size() || (parts.size() > collections.size() && !repeats))
    return std::nullopt;
  std::string name;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty()) return std::nullopt;
    const std::string_view collection = collections[std::min(i, collections.size() - 1)];
    if (i > 0) name += "/";
    name += collection;
    if (!collection.empty()) name += "/";
    name += parts[i];
  }
  return name;
}

std::string ShortName(const std::string& name) {
  const std::vector<std::string> parts = Split(name);
  std::string text;
  const bool is_route = parts.size() == 5 && parts[2] == "routes";
  for (std::size_t i = 1; i < parts.size(); i += 2) {
    text += (text.empty() ? "" : "/") + parts[i];
    if (is_route && i == 3) text += "/" + parts[4];
  }
  return text;
}

std::string ParentOf(const std::string& name) {
  const std::size_t last = name.rfind('/');
  if (last == std::string::npos || last == 0) return "";
  const std::size_t collection = name.rfind('/', last - 1);
  return collection == std::string::npos ? "" : name.substr(0, collection);
}

std::string Encode(std::string_view part) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  std::string encoded;
  for (const char c : part) {
    const auto octet = static_cast<unsigned char>(c);
    encoded += kPlain.find(c) != std::string_view::npos
                   ? std::string(1, c)
                   : std::string{'%', kDigits[octet >> 4], kDigits[octet & 15]};
  }
  return encoded;
}

std::string Decode(std::string_view part) {
  std::string decoded;
  for (std::size_t i = 0; i < part.size(); ++i) {
    unsigned octet = 0;
    const char* const digits = part.data() + i + 1;
    if (part[i] == '%' && i + 2 < part.size() &&
        std::from_chars(digits, digits + 2, octet, 16).ptr == digits + 2) {
      decoded += static_cast<char>(octet);
      i += 2;
    } else {
      decoded += part[i];
    }
  }
  return decoded;
}

}  // namespace wampgate::ctl
