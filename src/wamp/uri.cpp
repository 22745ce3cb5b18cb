#include "wamp/uri.hpp"

#include <cstddef>

namespace wampgate::wamp {
namespace {

enum class EmptyComponents { kRefuse, kAllow };

/// Octets of the white space character at the front of `text`, 0 if there is none: what `\s` of the patterns
/// in spec 3.5 matches, which includes the white space of Unicode.
std::size_t WhiteSpace(std::string_view text) {
  const auto at = [text](std::size_t index) {
    return index < text.size() ? static_cast<unsigned char>(text[index]) : 0U;
  };
  const unsigned first = at(0);
  if (first == ' ' || (first >= 0x09 && first <= 0x0D) || (first >= 0x1C && first <= 0x1F)) return 1;
  if (first == 0xC2) return at(1) == 0x85 || at(1) == 0xA0 ? 2 : 0;
  if (first == 0xE1) return at(1) == 0x9A && at(2) == 0x80 ? 3 : 0;
  if (first == 0xE3) return at(1) == 0x80 && at(2) == 0x80 ? 3 : 0;
  if (first != 0xE2) return 0;
  if (at(1) == 0x81) return at(2) == 0x9F ? 3 : 0;
  if (at(1) != 0x80) return 0;
  const bool is_space = (at(2) >= 0x80 && at(2) <= 0x8A) || at(2) == 0xA8 || at(2) == 0xA9 || at(2) == 0xAF;
  return is_space ? 3 : 0;
}

bool IsLoose(std::string_view uri, EmptyComponents empty) {
  bool in_component = false;
  for (std::size_t i = 0; i < uri.size(); ++i) {
    if (uri[i] == '#' || WhiteSpace(uri.substr(i)) != 0) return false;
    if (uri[i] != '.') {
      in_component = true;
      continue;
    }
    if (!in_component && empty == EmptyComponents::kRefuse) return false;
    in_component = false;
  }
  return in_component || empty == EmptyComponents::kAllow;
}

bool IsStrictCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

bool IsLooseUri(std::string_view uri) {
  return IsLoose(uri, EmptyComponents::kRefuse);
}
bool IsLooseUriPattern(std::string_view uri) {
  return IsLoose(uri, EmptyComponents::kAllow);
}

bool IsStrictUri(std::string_view uri) {
  bool in_component = false;
  for (char c : uri) {
    if (c == '.' ? !in_component : !IsStrictCharacter(c)) return false;
    in_component = c != '.';
  }
  return in_component;
}

}  // namespace wampgate::wamp
