#include <algorithm>

#include "config/writer.hpp"
#include "config/yaml_scalar.hpp"

namespace wampgate::config {
namespace {

/// Words that YAML 1.1 takes for booleans.
bool IsOldBoolean(std::string_view text) {
  constexpr std::string_view kWords[] = {"y",  "Y",  "yes", "Yes", "YES", "n",   "N",   "no",
                                         "No", "NO", "on",  "On",  "ON",  "off", "Off", "OFF"};
  return std::find(std::begin(kWords), std::end(kWords), text) != std::end(kWords);
}

bool IsPlain(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '/';
  };
  const auto inner = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
  return !text.empty() && letter(text[0]) && std::all_of(text.begin(), text.end(), inner) &&
         !IsOldBoolean(text) && TypePlainScalar(text).kind == Value::Kind::kString;
}

std::string Scalar(const Value& value) {
  if (value.kind == Value::Kind::kString && IsPlain(value.text)) return value.text;
  return ToJson(value);  // JSON's scalars and empty collections are YAML's
}

class YamlPrinter {
 public:
  std::string Print(const Value& value) {
    if (value.items.empty()) return Scalar(value) + "\n";
    PrintItems(value, 0);
    return std::move(out_);
  }

 private:
  void PrintItems(const Value& value, std::size_t indent) {
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      out_.append(pending_ ? 0 : indent, ' ');
      pending_ = false;
      const Value& item = value.items[i];
      if (value.is_object()) {
        out_ += Scalar(Value::String(value.keys[i].text)) + ":";
        PrintUnderKey(item, indent);
      } else {
        out_ += "- ";
        PrintElement(item, indent);
      }
    }
  }
  void PrintUnderKey(const Value& item, std::size_t indent) {
    if (item.items.empty()) {
      out_ += " " + Scalar(item) + "\n";
      return;
    }
    out_ += '\n';
    PrintItems(item, indent + 2);
  }
  /// The first line of an element stands behind its dash.
  void PrintElement(const Value& item, std::size_t indent) {
    if (item.items.empty()) {
      out_ += Scalar(item) + "\n";
      return;
    }
    pending_ = true;
    PrintItems(item, indent + 2);
  }

  std::string out_;
  bool pending_ = false;
};

}  // namespace

std::string ToYaml(const Value& value) {
  return YamlPrinter().Print(value);
}

}  // namespace wampgate::config
