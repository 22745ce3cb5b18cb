#include "config/random_message.hpp"

#include <limits>

#include "config/spelling.hpp"
#include "config/value.hpp"
#include "wampgate/v1/options.pb.h"

namespace wampgate::config {
namespace {

constexpr int kDeepest = 8;

}  // namespace

std::string RandomMessage::Text() {
  static const char* const kWords[] = {
      "",       "a",       "realm1",  "true",       "null",     "12",           "0x1F",
      "1e3",    "- x",     "a: b",    "#",          "~",        "\"quoted\"",   "line\nbreak",
      "tab\t",  " space ", "ünïcode", "\U0001F600", "\x01\x7f", "yes",          "$HOME",
      "a\\b",   "'",       "|",       ">",          "*a",       "&a",           "!t",
      "%",      "@",       "---",     "...",        "\xC2\x85", "\xE2\x80\xA8", "\xEF\xBB\xBF",
      "key: [", "?",       "<<"};
  std::string text = kWords[Below(std::size(kWords))];
  if (Below(3) == 0) text += kWords[Below(std::size(kWords))];
  return text;
}

std::string RandomMessage::Json(int depth) {
  const int kind = Below(depth < 3 ? 7 : 5);
  Value value;
  if (kind == 0) value = Value::Bool(true);
  if (kind == 1) value = Value::Integer(std::uniform_int_distribution<std::int64_t>()(random_));
  if (kind == 2) value = Value::Float(0.5 + Below(1000));
  if (kind == 3) value = Value::String(Text());
  if (kind == 5 || kind == 6) value = kind == 5 ? Value::List() : Value::Object();
  for (int i = 0; kind >= 5 && i < 3; ++i) {
    Value item = ParseJson(Json(depth + 1)).value;
    if (kind == 5) {
      value.items.push_back(std::move(item));
    } else {
      value.Add(std::to_string(i) + Text(), std::move(item));
    }
  }
  return ToJson(value);
}

void RandomMessage::FillField(Message& message, const FieldDescriptor& field, int depth) {
  const auto* reflection = message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection->SetBool(&message, &field, Below(2) == 1);
      break;
    case FieldDescriptor::CPPTYPE_INT32:
      reflection->SetInt32(&message, &field,
                           Below(2) == 0 ? Below(100) : std::numeric_limits<std::int32_t>::min());
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      reflection->SetDouble(&message, &field, Below(1000) / 7.0);
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      reflection->SetString(&message, &field, field.options().GetExtension(v1::json_text) ? Json(0) : Text());
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      reflection->SetEnum(&message, &field,
                          field.enum_type()->value(1 + Below(field.enum_type()->value_count() - 1)));
      break;
    default:
      FillMessage(*reflection->MutableMessage(&message, &field), depth + 1);
  }
}

void RandomMessage::FillRepeated(Message& message, const FieldDescriptor& field, int depth) {
  const auto* reflection = message.GetReflection();
  const int count = depth >= kDeepest ? 0 : Below(4);
  for (int i = 0; i < count; ++i) {
    if (field.is_map()) {
      Message& entry = *reflection->AddMessage(&message, &field);
      const Descriptor& type = *field.message_type();
      entry.GetReflection()->SetString(&entry, type.map_key(), std::to_string(i) + Text());
      FillField(entry, *type.map_value(), depth);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      FillMessage(*reflection->AddMessage(&message, &field), depth + 1);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      reflection->AddString(&message, &field, Text());
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      const EnumDescriptor& type = *field.enum_type();
      reflection->AddEnum(&message, &field, type.value(1 + Below(type.value_count() - 1)));
    } else {
      reflection->AddInt32(&message, &field, Below(70000));
    }
  }
}

/// One alternative is set; where none can be told from another by an empty list, it is not empty.
void RandomMessage::FillAlternatives(Message& message, int depth) {
  const Descriptor& type = *message.GetDescriptor();
  const FieldDescriptor& field = *type.field(Below(type.field_count()));
  if (field.is_repeated()) {
    FillRepeated(message, field, depth);
  } else {
    FillField(message, field, depth);
  }
}

void RandomMessage::FillMessage(Message& message, int depth) {
  const Descriptor& type = *message.GetDescriptor();
  if (IsAlternatives(type)) return FillAlternatives(message, depth);
  if (const OneofDescriptor* oneof = TypeOf(type)) {
    FillField(message, *oneof->field(Below(oneof->field_count())), depth);
  }
  for (const FieldDescriptor* field : FieldsInParent(type)) FillField(message, *field, depth);
  for (const FieldDescriptor* field : KeyedFields(type)) {
    if (field->is_repeated()) {
      FillRepeated(message, *field, depth);
    } else if (Below(2) == 0 && depth < kDeepest) {
      FillField(message, *field, depth);
    }
  }
}

}  // namespace wampgate::config
