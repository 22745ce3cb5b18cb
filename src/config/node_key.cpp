#include "config/node_key.hpp"

#include <algorithm>

namespace wampgate::config {
namespace {

constexpr std::string_view kTag = "public-key-ed25519";
constexpr std::size_t kDigits = 64;

std::string_view Trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string Lowered(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

bool IsKey(std::string_view text) {
  return text.size() == kDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

std::optional<std::string> PublicKeyOf(std::string_view key_file) {
  bool in_head = true;
  while (!key_file.empty()) {
    const auto end = std::min(key_file.find('\n'), key_file.size());
    const std::string_view line = Trimmed(key_file.substr(0, end));
    key_file.remove_prefix(std::min(end + 1, key_file.size()));
    if (line.empty()) in_head = false;
    const auto colon = line.find(':');
    if (in_head || colon == line.npos || Lowered(Trimmed(line.substr(0, colon))) != kTag) continue;
    std::string key = Lowered(Trimmed(line.substr(colon + 1)));
    if (IsKey(key)) return key;
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace wampgate::config
