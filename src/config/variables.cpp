#include "config/variables.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wampgate::config {
namespace {

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Length of the name at the beginning of `text`; names do not begin with a digit.
std::size_t NameLength(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return 0;
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), IsNameCharacter) - text.begin());
}

}  // namespace

std::optional<std::string> VariableName(std::string_view text) {
  if (text.size() < 2 || text[0] != '$' || NameLength(text.substr(1)) != text.size() - 1) return std::nullopt;
  return std::string(text.substr(1));
}

std::optional<std::string> BracedVariableName(std::string_view text) {
  if (text.size() < 4 || !text.starts_with("${") || !text.ends_with('}')) return std::nullopt;
  const std::string_view name = text.substr(2, text.size() - 3);
  if (NameLength(name) != name.size()) return std::nullopt;
  return std::string(name);
}

std::optional<std::string> ReadVariable(const std::string& name, const Where& where, const Context& context) {
  auto value = context.environment.variable(name);
  if (!value) context.Error(where, fmt::format("environment variable '${}' not set", name));
  return value;
}

std::string ExpandVariables(std::string_view text, const Where& where, const Context& context) {
  std::string expanded;
  while (!text.empty()) {
    const std::size_t dollar = std::min(text.find('$'), text.size());
    expanded += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.empty()) break;
    const bool braced = text.starts_with("${");
    const std::string_view rest = text.substr(braced ? 2 : 1);
    const std::size_t length = NameLength(rest);
    std::size_t used = 1;
    if (length == 0 || (braced && (rest.size() == length || rest[length] != '}'))) {
      expanded += '$';
    } else {
      used = length + (braced ? 3 : 1);
      const auto value = ReadVariable(std::string(rest.substr(0, length)), where, context);
      expanded += value ? *value : std::string(text.substr(0, used));
    }
    text.remove_prefix(used);
  }
  return expanded;
}

}  // namespace wampgate::config
