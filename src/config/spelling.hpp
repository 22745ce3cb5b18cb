#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How the fields of config.proto are spelled in JSON and YAML: the one place that interprets options.proto.
namespace wampgate::config {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;

/// The key of a field: json_name where set, else the field's name.
std::string_view KeyOf(const FieldDescriptor& field);

/// The oneof that "type" selects a member of; null if the message has none.
const OneofDescriptor* TypeOf(const Descriptor& message);
/// The member that a value of "type" selects; null: none.
const FieldDescriptor* MemberOf(const OneofDescriptor& type, std::string_view name);
/// The member that is set; null: none.
const FieldDescriptor* SelectedMember(const Message& message);

/// The fields of a message that have a key of their own: all but members of `type` and those whose keys are
/// spelled in the parent.
std::vector<const FieldDescriptor*> KeyedFields(const Descriptor& message);
/// The fields whose keys are spelled in the parent.
std::vector<const FieldDescriptor*> FieldsInParent(const Descriptor& message);

/// A key of a message: the field, and 0 for its own spelling or the number of the alias, from 1.
struct FoundKey {
  const FieldDescriptor* field = nullptr;
  int rank = 0;
};
std::optional<FoundKey> FindKey(const Descriptor& message, std::string_view key);

bool IsAlternatives(const Descriptor& message);

std::string_view SpellingOf(const EnumValueDescriptor& value);
/// The value with this spelling; null: none.
const EnumValueDescriptor* ParseEnum(const EnumDescriptor& type, std::string_view spelling);

/// For "expected …": "an integer from 0 to 65535", "one of 4, 6, \"dual\"", "a list of strings".
std::string Expectation(const FieldDescriptor& field);
/// The same for a message of alternatives: `an integer from 1 to 256 or "auto"`.
std::string Expectation(const Descriptor& alternatives);
/// The same for an element of a list.
std::string ElementExpectation(const FieldDescriptor& field);
/// The members of `type`, for "expected …": one of "proxy", "router".
std::string Expectation(const OneofDescriptor& type);

}  // namespace wampgate::config
