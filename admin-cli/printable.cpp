#include "printable.hpp"

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cwchar>
#include <iterator>

#include "base/utf8.hpp"

namespace wampgate::ctl {
namespace {

/// Octets of the UTF-8 character that begins there; 0 if none does.
std::size_t CharacterAt(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t size = lead < 0x80   ? 1
                           : lead < 0xC2 ? 0
                           : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3
                           : lead < 0xF5 ? 4
                                         : 0;
  return at + size <= text.size() && IsUtf8(text.substr(at, size)) ? size : 0;
}

/// Control characters (C0, DEL, C1), line separators, and what turns the direction of text around.
bool SteersTerminal(std::string_view character) {
  if (character.size() == 1) {
    const auto octet = static_cast<unsigned char>(character[0]);
    return octet < 0x20 || octet == 0x7F;
  }
  if (character.size() == 2) return character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0;
  constexpr std::string_view kTurning[] = {"\u200E", "\u200F", "\u2028", "\u2029", "\u202A",
                                           "\u202B", "\u202C", "\u202D", "\u202E", "\u2066",
                                           "\u2067", "\u2068", "\u2069"};
  return std::find(std::begin(kTurning), std::end(kTurning), character) != std::end(kTurning);
}

std::string Escaped(std::string_view octets) {
  std::string escaped;
  for (const char octet : octets) {
    char text[5];
    std::snprintf(text, sizeof text, "\\x%02X", static_cast<unsigned>(static_cast<unsigned char>(octet)));
    escaped += text;
  }
  return escaped;
}

/// The code point of a valid character.
wchar_t CodePoint(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return static_cast<wchar_t>(lead);
  auto point = static_cast<wchar_t>(lead & (0xFF >> (character.size() + 1)));
  for (const char octet : character.substr(1))
    point = (point << 6) | (static_cast<unsigned char>(octet) & 0x3F);
  return point;
}

}  // namespace

std::string Shortened(std::string_view text, std::size_t most) {
  std::string printable;
  std::size_t count = 0, before_last = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    const std::size_t size = CharacterAt(text, at);
    const std::string_view character = text.substr(at, std::max<std::size_t>(size, 1));
    if (count == most) {
      printable.resize(before_last);
      return printable + "…";
    }
    before_last = printable.size();
    printable += size != 0 && !SteersTerminal(character) ? std::string(character) : Escaped(character);
    at += character.size();
  }
  return printable;
}

std::string Printable(std::string_view text) {
  return Shortened(text, text.size() + 1);
}

std::size_t Columns(std::string_view printable) {
  static const bool knows_utf8 = std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;
  std::size_t columns = 0;
  for (std::size_t at = 0; at < printable.size();) {
    const std::size_t size = std::max<std::size_t>(CharacterAt(printable, at), 1);
    const std::string_view character = printable.substr(at, size);
    const int width = size == 1 || !knows_utf8 ? 1 : ::wcwidth(CodePoint(character));
    columns += static_cast<std::size_t>(std::max(width, 0));
    at += size;
  }
  return columns;
}

}  // namespace wampgate::ctl
