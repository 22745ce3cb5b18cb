#include "config/value.hpp"

#include <fmt/format.h>

namespace wampgate::config {
namespace {

void AppendString(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

class JsonPrinter {
 public:
  JsonPrinter(int indent, std::string& out) : indent_(indent), out_(out) {}

  void Print(const Value& value, int level) {
    switch (value.kind) {
      case Value::Kind::kNull:
        out_ += "null";
        break;
      case Value::Kind::kBool:
        out_ += value.boolean ? "true" : "false";
        break;
      case Value::Kind::kInteger:
      case Value::Kind::kFloat:
        out_ += value.text;
        break;
      case Value::Kind::kString:
        AppendString(value.text, out_);
        break;
      case Value::Kind::kList:
      case Value::Kind::kObject:
        PrintItems(value, level);
        break;
    }
  }

 private:
  void PrintItems(const Value& value, int level) {
    out_ += value.is_object() ? '{' : '[';
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      if (i > 0) out_ += ',';
      Break(level + 1);
      if (value.is_object()) {
        AppendString(value.keys[i].text, out_);
        out_ += indent_ > 0 ? ": " : ":";
      }
      Print(value.items[i], level + 1);
    }
    if (!value.items.empty()) Break(level);
    out_ += value.is_object() ? '}' : ']';
  }
  void Break(int level) {
    if (indent_ == 0) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(indent_) * static_cast<std::size_t>(level), ' ');
  }

  int indent_;
  std::string& out_;
};

}  // namespace

Value Value::String(std::string_view text) {
  Value value;
  value.kind = Kind::kString;
  value.text = text;
  return value;
}
Value Value::Integer(std::int64_t integer) {
  Value value;
  value.kind = Kind::kInteger;
  value.negative = integer < 0;
  value.magnitude =
      integer < 0 ? ~static_cast<std::uint64_t>(integer) + 1 : static_cast<std::uint64_t>(integer);
  value.text = fmt::format("{}", integer);
  return value;
}
Value Value::Float(double number) {
  Value value;
  value.kind = Kind::kFloat;
  value.number = number;
  value.text = fmt::format("{}", number);
  return value;
}
Value Value::Bool(bool boolean) {
  Value value;
  value.kind = Kind::kBool;
  value.boolean = boolean;
  return value;
}
Value Value::Object() {
  Value value;
  value.kind = Kind::kObject;
  return value;
}
Value Value::List() {
  Value value;
  value.kind = Kind::kList;
  return value;
}

Value& Value::Add(std::string_view key, Value item) {
  keys.push_back({std::string(key), {}});
  items.push_back(std::move(item));
  return items.back();
}

const Value* Value::Find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].text == key) return &items[i];
  }
  return nullptr;
}

std::string Describe(const Value& value) {
  switch (value.kind) {
    case Value::Kind::kNull:
      return "null";
    case Value::Kind::kBool:
      return value.boolean ? "true" : "false";
    case Value::Kind::kInteger:
    case Value::Kind::kFloat:
      return value.text;
    case Value::Kind::kString:
      return Quote(value.text);
    case Value::Kind::kList:
      return "a list";
    case Value::Kind::kObject:
      return "an object";
  }
  return "nothing";
}

std::string ToJson(const Value& value, int indent) {
  std::string out;
  JsonPrinter(indent, out).Print(value, 0);
  return out;
}

}  // namespace wampgate::config
