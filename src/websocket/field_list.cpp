#include "websocket/field_list.hpp"

#include <algorithm>

namespace wampgate::websocket {
namespace {

char LowerCase(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

std::vector<std::string_view> SplitFieldList(std::string_view value) {
  std::vector<std::string_view> elements;
  while (true) {
    const std::size_t comma = value.find(',');
    const std::string_view element = Trim(value.substr(0, comma));
    if (!element.empty()) elements.push_back(element);
    if (comma == std::string_view::npos) return elements;
    value.remove_prefix(comma + 1);
  }
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return LowerCase(x) == LowerCase(y); });
}

bool HasFieldToken(std::string_view value, std::string_view token) {
  for (const std::string_view element : SplitFieldList(value)) {
    if (EqualsIgnoringCase(element, token)) return true;
  }
  return false;
}

std::string LowerCaseAscii(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), LowerCase);
  return lower;
}

std::string Printable(std::string_view text) {
  constexpr std::size_t kMost = 200;
  std::string printable(text.substr(0, kMost));
  for (char& c : printable) {
    if (c < 0x20 || c == 0x7f) c = '?';
  }
  if (text.size() > kMost) printable += "...";
  return printable;
}

}  // namespace wampgate::websocket
