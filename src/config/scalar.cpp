#include "config/scalar.hpp"

#include <cmath>
#include <limits>
#include <optional>

#include "wampgate/v1/options.pb.h"

namespace wampgate::config {
namespace {

/// The integer, if it is one between the two.
std::optional<std::int64_t> ToInteger(const Value& value, const FieldDescriptor& field) {
  if (value.kind == Value::Kind::kNull && field.options().HasExtension(v1::null_means)) {
    return field.options().GetExtension(v1::null_means);
  }
  if (value.kind != Value::Kind::kInteger) return std::nullopt;
  if (value.negative) {
    if (value.magnitude > (1ULL << 63)) return std::nullopt;
    return static_cast<std::int64_t>(~value.magnitude + 1);
  }
  if (value.magnitude > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return std::nullopt;
  return static_cast<std::int64_t>(value.magnitude);
}

std::optional<double> ToDouble(const Value& value) {
  if (value.kind == Value::Kind::kFloat && std::isfinite(value.number)) return value.number;
  if (value.kind != Value::Kind::kInteger) return std::nullopt;
  const double magnitude = static_cast<double>(value.magnitude);
  return value.negative ? -magnitude : magnitude;
}

bool HasNonFinite(const Value& value) {
  if (value.kind == Value::Kind::kFloat && !std::isfinite(value.number)) return true;
  for (const Value& item : value.items) {
    if (HasNonFinite(item)) return true;
  }
  return false;
}

bool SetText(const Value& value, Message& message, const FieldDescriptor& field) {
  std::string text;
  if (field.options().GetExtension(v1::json_text)) {
    if (HasNonFinite(value)) return false;
    text = ToJson(value);
  } else if (value.kind == Value::Kind::kString) {
    text = value.text;
  } else {
    return false;
  }
  if (field.is_repeated()) {
    message.GetReflection()->AddString(&message, &field, std::move(text));
  } else {
    message.GetReflection()->SetString(&message, &field, std::move(text));
  }
  return true;
}

bool SetEnum(const Value& value, Message& message, const FieldDescriptor& field) {
  if (value.kind != Value::Kind::kString && value.kind != Value::Kind::kInteger) return false;
  const EnumValueDescriptor* found = ParseEnum(*field.enum_type(), value.text);
  if (found == nullptr) return false;
  if (field.is_repeated()) {
    message.GetReflection()->AddEnum(&message, &field, found);
  } else {
    message.GetReflection()->SetEnum(&message, &field, found);
  }
  return true;
}

bool SetInt32(const Value& value, Message& message, const FieldDescriptor& field) {
  const auto integer = ToInteger(value, field);
  if (!integer || *integer != static_cast<std::int32_t>(*integer)) return false;
  const auto number = static_cast<std::int32_t>(*integer);
  if (field.is_repeated()) {
    message.GetReflection()->AddInt32(&message, &field, number);
  } else {
    message.GetReflection()->SetInt32(&message, &field, number);
  }
  return true;
}

Value Spelled(const EnumValueDescriptor& value) {
  const std::string_view spelling = SpellingOf(value);
  if (!spelling.empty() && spelling.find_first_not_of("0123456789") == std::string_view::npos) {
    return Value::Integer(std::stoll(std::string(spelling)));
  }
  return Value::String(spelling.empty() ? value.name() : spelling);
}

Value SpelledText(const std::string& text, const FieldDescriptor& field) {
  if (field.options().GetExtension(v1::json_text)) {
    if (Parsed parsed = ParseJson(text); parsed.ok) return std::move(parsed.value);
  }
  return Value::String(text);
}

}  // namespace

bool SetScalar(const Value& value, Message& message, const FieldDescriptor& field) {
  const auto* reflection = message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      if (value.kind != Value::Kind::kBool || field.is_repeated()) return false;
      reflection->SetBool(&message, &field, value.boolean);
      return true;
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      const auto number = ToDouble(value);
      if (!number || field.is_repeated()) return false;
      reflection->SetDouble(&message, &field, *number);
      return true;
    }
    case FieldDescriptor::CPPTYPE_INT32:
      return SetInt32(value, message, field);
    case FieldDescriptor::CPPTYPE_STRING:
      return SetText(value, message, field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(value, message, field);
    default:
      return false;  // config.proto has no other types; a test says so
  }
}

Value GetScalar(const Message& message, const FieldDescriptor& field) {
  const auto* reflection = message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return Value::Bool(reflection->GetBool(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return Value::Float(reflection->GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_INT32: {
      const std::int32_t number = reflection->GetInt32(message, &field);
      const bool is_null = field.options().HasExtension(v1::null_means) &&
                           field.options().GetExtension(v1::null_means) == number;
      return is_null ? Value() : Value::Integer(number);
    }
    case FieldDescriptor::CPPTYPE_STRING:
      return SpelledText(reflection->GetString(message, &field), field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return Spelled(*reflection->GetEnum(message, &field));
    default:
      return {};
  }
}

Value GetElement(const Message& message, const FieldDescriptor& field, int index) {
  const auto* reflection = message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return Value::Integer(reflection->GetRepeatedInt32(message, &field, index));
    case FieldDescriptor::CPPTYPE_STRING:
      return Value::String(reflection->GetRepeatedString(message, &field, index));
    case FieldDescriptor::CPPTYPE_ENUM:
      return Spelled(*reflection->GetRepeatedEnum(message, &field, index));
    default:
      return {};
  }
}

}  // namespace wampgate::config
