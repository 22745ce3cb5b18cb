#include "config/resource_name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wampgate::config {

std::string EncodePart(std::string_view part) {
  std::string encoded;
  for (const char c : part) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return encoded;
}

std::string ResourceName(std::string_view parent, std::string_view collection, std::string_view id) {
  return fmt::format("{}{}{}/{}", parent, parent.empty() ? "" : "/", collection, EncodePart(id));
}

bool IsId(std::string_view text) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto inner = [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_'; };
  return text.size() >= 3 && text.size() <= 64 && lower(text[0]) &&
         std::all_of(text.begin(), text.end(), inner);
}

}  // namespace wampgate::config
