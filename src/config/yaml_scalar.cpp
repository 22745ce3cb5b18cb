#include "config/yaml_scalar.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <optional>

namespace wampgate::config {
namespace {

bool AnyOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}
std::size_t Digits(std::string_view text) {
  return static_cast<std::size_t>(
      std::find_if(text.begin(), text.end(), [](char c) { return c < '0' || c > '9'; }) - text.begin());
}
std::string_view WithoutSign(std::string_view text) {
  return !text.empty() && (text[0] == '+' || text[0] == '-') ? text.substr(1) : text;
}

std::optional<std::uint64_t> ParseDigits(std::string_view digits, int base) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

/// `[-+]?[0-9]+`, `0o[0-7]+`, `0x[0-9a-fA-F]+`; nothing for other texts and numbers beyond 64 bits.
std::optional<Value> TypeInteger(std::string_view text) {
  std::optional<std::uint64_t> magnitude;
  bool negative = false;
  if (text.starts_with("0o")) {
    magnitude = ParseDigits(text.substr(2), 8);
  } else if (text.starts_with("0x")) {
    magnitude = ParseDigits(text.substr(2), 16);
  } else {
    negative = text.starts_with('-');
    magnitude = ParseDigits(WithoutSign(text), 10);
  }
  if (!magnitude || (negative && *magnitude > (1ULL << 63))) return std::nullopt;
  Value value;
  value.kind = Value::Kind::kInteger;
  value.negative = negative && *magnitude != 0;
  value.magnitude = *magnitude;
  value.text = (value.negative ? "-" : "") + std::to_string(*magnitude);
  return value;
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
bool LooksLikeFloat(std::string_view text) {
  text = WithoutSign(text);
  const std::size_t whole = Digits(text);
  text.remove_prefix(whole);
  if (text.starts_with('.')) {
    const std::size_t fraction = Digits(text.substr(1));
    if (whole == 0 && fraction == 0) return false;
    text.remove_prefix(1 + fraction);
  } else if (whole == 0) {
    return false;
  }
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text = WithoutSign(text.substr(1));
  return !text.empty() && Digits(text) == text.size();
}

}  // namespace

Value TypePlainScalar(std::string_view text) {
  if (AnyOf(text, {"", "~", "null", "Null", "NULL"})) return {};
  if (AnyOf(text, {"true", "True", "TRUE"})) return Value::Bool(true);
  if (AnyOf(text, {"false", "False", "FALSE"})) return Value::Bool(false);
  if (auto integer = TypeInteger(text)) return *std::move(integer);
  if (AnyOf(WithoutSign(text), {".inf", ".Inf", ".INF"})) {
    const double infinity = std::numeric_limits<double>::infinity();
    return Value::Float(text[0] == '-' ? -infinity : infinity);
  }
  if (AnyOf(text, {".nan", ".NaN", ".NAN"})) return Value::Float(std::numeric_limits<double>::quiet_NaN());
  if (LooksLikeFloat(text)) return Value::Float(std::strtod(std::string(text).c_str(), nullptr));
  return Value::String(text);
}

}  // namespace wampgate::config
