#include "config/spelling.hpp"

#include <fmt/format.h>

#include "config/problem.hpp"
#include "wampgate/v1/options.pb.h"

namespace wampgate::config {
namespace {

std::string Join(const std::vector<std::string>& parts, std::string_view separator, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? last : separator;
    text += parts[i];
  }
  return text;
}

std::string EnumExpectation(const EnumDescriptor& type) {
  std::vector<std::string> spellings;
  for (int i = 0; i < type.value_count(); ++i) {
    const std::string_view spelling = SpellingOf(*type.value(i));
    if (spelling.empty()) continue;
    const bool number = spelling.find_first_not_of("0123456789") == std::string_view::npos;
    spellings.push_back(number ? std::string(spelling) : Quote(spelling));
  }
  return spellings.size() == 1 ? spellings[0] : "one of " + Join(spellings, ", ", ", ");
}

std::string NumberExpectation(const FieldDescriptor& field) {
  std::string text = field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE ? "a number" : "an integer";
  if (field.options().HasExtension(v1::range)) {
    const v1::Range& range = field.options().GetExtension(v1::range);
    if (range.min() == range.max()) return std::to_string(range.min());
    const bool hides_null = field.options().HasExtension(v1::null_means) &&
                            field.options().GetExtension(v1::null_means) == range.min();
    text += fmt::format(" from {} to {}", hides_null ? range.min() + 1 : range.min(), range.max());
    if (range.or_zero()) text += " or 0";
    if (!range.unit().empty()) text += fmt::format(" ({})", range.unit());
  }
  if (field.options().HasExtension(v1::null_means)) text += " or null";
  return text;
}

std::string SingularExpectation(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_STRING:
      return field.options().GetExtension(v1::json_text) ? "any JSON value" : "a string";
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumExpectation(*field.enum_type());
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return IsAlternatives(*field.message_type()) ? Expectation(*field.message_type()) : "an object";
    default:
      return NumberExpectation(field);
  }
}

std::string ListExpectation(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return field.options().GetExtension(v1::or_string) ? "a string or a list of strings"
                                                         : "a list of strings";
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return "a list of objects";
    case FieldDescriptor::CPPTYPE_ENUM:
      return "a list, each element " + SingularExpectation(field);
    default:
      return "a list of integers";
  }
}

}  // namespace

std::string_view KeyOf(const FieldDescriptor& field) {
  return field.has_json_name() ? field.json_name() : field.name();
}

const OneofDescriptor* TypeOf(const Descriptor& message) {
  for (int i = 0; i < message.real_oneof_decl_count(); ++i) {
    if (message.oneof_decl(i)->name() == "type") return message.oneof_decl(i);
  }
  return nullptr;
}

const FieldDescriptor* MemberOf(const OneofDescriptor& type, std::string_view name) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (KeyOf(*type.field(i)) == name) return type.field(i);
  }
  return nullptr;
}

const FieldDescriptor* SelectedMember(const Message& message) {
  const OneofDescriptor* type = TypeOf(*message.GetDescriptor());
  return type == nullptr ? nullptr : message.GetReflection()->GetOneofFieldDescriptor(message, type);
}

std::vector<const FieldDescriptor*> KeyedFields(const Descriptor& message) {
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor* field = message.field(i);
    if (field->real_containing_oneof() != nullptr || field->options().GetExtension(v1::keys_in_parent))
      continue;
    fields.push_back(field);
  }
  return fields;
}

std::vector<const FieldDescriptor*> FieldsInParent(const Descriptor& message) {
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < message.field_count(); ++i) {
    if (message.field(i)->options().GetExtension(v1::keys_in_parent)) fields.push_back(message.field(i));
  }
  return fields;
}

std::optional<FoundKey> FindKey(const Descriptor& message, std::string_view key) {
  for (const FieldDescriptor* field : KeyedFields(message)) {
    if (KeyOf(*field) == key) return FoundKey{field, 0};
    for (int i = 0; i < field->options().ExtensionSize(v1::alias); ++i) {
      if (field->options().GetExtension(v1::alias, i) == key) return FoundKey{field, i + 1};
    }
  }
  return std::nullopt;
}

bool IsAlternatives(const Descriptor& message) {
  return message.options().GetExtension(v1::alternatives);
}

std::string_view SpellingOf(const EnumValueDescriptor& value) {
  return value.options().GetExtension(v1::spelling);
}

const EnumValueDescriptor* ParseEnum(const EnumDescriptor& type, std::string_view spelling) {
  for (int i = 0; i < type.value_count(); ++i) {
    if (!spelling.empty() && SpellingOf(*type.value(i)) == spelling) return type.value(i);
  }
  return nullptr;
}

std::string Expectation(const FieldDescriptor& field) {
  if (field.is_map()) return "an object";
  return field.is_repeated() ? ListExpectation(field) : SingularExpectation(field);
}

std::string ElementExpectation(const FieldDescriptor& field) {
  return SingularExpectation(field);
}

std::string Expectation(const Descriptor& alternatives) {
  std::vector<std::string> parts;
  for (int i = 0; i < alternatives.field_count(); ++i) parts.push_back(Expectation(*alternatives.field(i)));
  return Join(parts, ", ", " or ");
}

std::string Expectation(const OneofDescriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(Quote(KeyOf(*type.field(i))));
  return names.size() == 1 ? names[0] : "one of " + Join(names, ", ", ", ");
}

}  // namespace wampgate::config
