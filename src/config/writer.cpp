#include "config/writer.hpp"

#include <algorithm>

#include "config/scalar.hpp"
#include "config/spelling.hpp"
#include "wampgate/v1/options.pb.h"

namespace wampgate::config {
namespace {

Value WriteField(const Message& message, const FieldDescriptor& field);

bool IsSet(const Message& message, const FieldDescriptor& field) {
  return field.is_repeated() ? message.GetReflection()->FieldSize(message, &field) > 0
                             : message.GetReflection()->HasField(message, &field);
}

void WriteObject(const Message& message, Value& object) {
  const Descriptor& type = *message.GetDescriptor();
  const FieldDescriptor* member = SelectedMember(message);
  if (member != nullptr) object.Add("type", Value::String(KeyOf(*member)));
  for (const FieldDescriptor* field : FieldsInParent(type)) {
    WriteObject(message.GetReflection()->GetMessage(message, field), object);
  }
  for (const FieldDescriptor* field : KeyedFields(type)) {
    if (IsSet(message, *field)) object.Add(KeyOf(*field), WriteField(message, *field));
  }
  if (member != nullptr) WriteObject(message.GetReflection()->GetMessage(message, member), object);
}

Value WriteAlternatives(const Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    if (IsSet(message, *type.field(i))) return WriteField(message, *type.field(i));
  }
  const FieldDescriptor& last = *type.field(type.field_count() - 1);
  return last.is_map() ? Value::Object() : last.is_repeated() ? Value::List() : Value();
}

Value WriteMessage(const Message& message) {
  if (IsAlternatives(*message.GetDescriptor())) return WriteAlternatives(message);
  Value object = Value::Object();
  WriteObject(message, object);
  return object;
}

Value WriteMap(const Message& message, const FieldDescriptor& field) {
  const auto* reflection = message.GetReflection();
  const FieldDescriptor& key = *field.message_type()->map_key();
  std::vector<const Message*> entries;
  for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
    entries.push_back(&reflection->GetRepeatedMessage(message, &field, i));
  }
  const auto key_of = [&key](const Message* entry) {
    return entry->GetReflection()->GetString(*entry, &key);
  };
  std::sort(entries.begin(), entries.end(),
            [&](const Message* a, const Message* b) { return key_of(a) < key_of(b); });
  Value object = Value::Object();
  for (const Message* entry : entries) {
    object.Add(key_of(entry), WriteField(*entry, *field.message_type()->map_value()));
  }
  return object;
}

Value WriteList(const Message& message, const FieldDescriptor& field) {
  const int size = message.GetReflection()->FieldSize(message, &field);
  if (size == 1 && field.options().GetExtension(v1::or_string)) return GetElement(message, field, 0);
  Value list = Value::List();
  for (int i = 0; i < size; ++i) {
    list.items.push_back(field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE
                             ? WriteMessage(message.GetReflection()->GetRepeatedMessage(message, &field, i))
                             : GetElement(message, field, i));
  }
  return list;
}

Value WriteField(const Message& message, const FieldDescriptor& field) {
  if (field.is_map()) return WriteMap(message, field);
  if (field.is_repeated()) return WriteList(message, field);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    return WriteMessage(message.GetReflection()->GetMessage(message, &field));
  }
  return GetScalar(message, field);
}

}  // namespace

Value ToDocument(const google::protobuf::Message& message) {
  return WriteMessage(message);
}

}  // namespace wampgate::config
