#include "config/problem.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wampgate::config {
namespace {

bool IsPlain(std::string_view key) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !key.empty() && std::all_of(key.begin(), key.end(), plain);
}

}  // namespace

bool HasErrors(const Problems& problems) {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& problem) { return problem.severity == Severity::kError; });
}

std::string ToString(const Problem& problem) {
  std::string text = problem.path.empty() ? problem.message : problem.path + ": " + problem.message;
  if (problem.line > 0) text += fmt::format(" (line {}, column {})", problem.line, problem.column);
  return text;
}

Where Where::Key(std::string_view key) const {
  Where below;
  if (!IsPlain(key)) {
    below.text_ = fmt::format("{}[{}]", text_, Quote(key));
  } else {
    below.text_ = text_.empty() ? std::string(key) : fmt::format("{}.{}", text_, key);
  }
  return below;
}

Where Where::Index(std::size_t index) const {
  Where below;
  below.text_ = fmt::format("{}[{}]", text_, index);
  return below;
}

std::string Quote(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  std::string quoted = "\"";
  std::size_t length = std::min(text.size(), kLongest);
  while (length < text.size() && length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80)
    --length;
  for (const char c : text.substr(0, length)) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + (length < text.size() ? "…\"" : "\"");
}

}  // namespace wampgate::config
