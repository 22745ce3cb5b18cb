#include <fmt/format.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <charconv>

#include "config/filter.hpp"
#include "config/problem.hpp"
#include "config/suggestion.hpp"

namespace wampgate::config {
namespace {

using google::protobuf::util::TimeUtil;

bool Is(const Descriptor* type, const Descriptor* wanted) {
  return type != nullptr && type->full_name() == wanted->full_name();
}
bool IsTime(const FieldDescriptor& field) {
  return Is(field.message_type(), google::protobuf::Timestamp::descriptor());
}
bool IsDuration(const FieldDescriptor& field) {
  return Is(field.message_type(), google::protobuf::Duration::descriptor());
}

/// What can be compared, or looked into with ':'.
bool IsValue(const FieldDescriptor& field) {
  if (field.is_repeated()) return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field.is_map();
  return field.message_type() == nullptr || IsTime(field) || IsDuration(field);
}

std::string Suggestion(std::string_view name, const Descriptor& type) {
  const FieldDescriptor* nearest = nullptr;
  std::size_t least = 3;
  for (int i = 0; i < type.field_count(); ++i) {
    const std::size_t distance = EditDistance(name, type.field(i)->name());
    if (distance >= least) continue;
    least = distance;
    nearest = type.field(i);
  }
  return nearest == nullptr ? "" : fmt::format("; did you mean {}?", Quote(nearest->name()));
}

/// Any message with the fields of Timestamp or Duration, whichever class it is of.
std::int64_t Nanoseconds(const google::protobuf::Message& message) {
  const auto* reflection = message.GetReflection();
  const Descriptor& type = *message.GetDescriptor();
  return reflection->GetInt64(message, type.FindFieldByName("seconds")) * 1'000'000'000 +
         reflection->GetInt32(message, type.FindFieldByName("nanos"));
}

}  // namespace

StatusOr<FieldPath> FieldPath::Parse(std::string_view path, const google::protobuf::Descriptor& type) {
  FieldPath parsed;
  const Descriptor* within = &type;
  for (std::string_view rest = path; within != nullptr;) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    const FieldDescriptor* field = within->FindFieldByName(std::string(rest.substr(0, dot)));
    if (field == nullptr) {
      return InvalidArgument(
          fmt::format("there is no field {}{}", Quote(path), Suggestion(rest.substr(0, dot), *within)));
    }
    parsed.steps_.push_back(field);
    if (dot == rest.size()) break;
    within = field->is_repeated() || IsTime(*field) || IsDuration(*field) ? nullptr : field->message_type();
    rest.remove_prefix(dot + 1);
  }
  if (within == nullptr || !IsValue(parsed.leaf())) {
    return InvalidArgument(fmt::format("the field {} is no single value", Quote(path)));
  }
  return parsed;
}

const google::protobuf::Message& FieldPath::Holder(const google::protobuf::Message& message) const {
  const auto* holder = &message;
  for (std::size_t i = 0; i + 1 < steps_.size(); ++i) {
    holder = &holder->GetReflection()->GetMessage(*holder, steps_[i]);
  }
  return *holder;
}

FieldPath::Key FieldPath::Read(const google::protobuf::Message& message) const {
  const auto& holder = Holder(message);
  const auto* reflection = holder.GetReflection();
  const FieldDescriptor* field = steps_.back();
  if (field->is_repeated()) {
    const int size = reflection->FieldSize(holder, field);
    return size == 0 ? std::string() : reflection->GetRepeatedString(holder, field, 0);
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return std::int64_t{reflection->GetInt32(holder, field)};
    case FieldDescriptor::CPPTYPE_INT64:
      return std::int64_t{reflection->GetInt64(holder, field)};
    case FieldDescriptor::CPPTYPE_UINT32:
      return std::uint64_t{reflection->GetUInt32(holder, field)};
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::uint64_t{reflection->GetUInt64(holder, field)};
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection->GetDouble(holder, field);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return double{reflection->GetFloat(holder, field)};
    case FieldDescriptor::CPPTYPE_BOOL:
      return std::int64_t{reflection->GetBool(holder, field)};
    case FieldDescriptor::CPPTYPE_ENUM:
      return std::int64_t{reflection->GetEnumValue(holder, field)};
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->GetString(holder, field);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return Nanoseconds(reflection->GetMessage(holder, field));
  }
  return std::int64_t{0};
}

namespace {

/// "STATE_" for an enum State.
std::string Prefix(const EnumDescriptor& type) {
  std::string prefix;
  for (const char c : type.name()) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !prefix.empty()) prefix += '_';
    prefix += c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
  }
  return prefix + "_";
}

StatusOr<FieldPath::Key> ParseEnumValue(const EnumDescriptor& type, std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = char(c - 'a' + 'A');
  }
  const auto* value = type.FindValueByName(text);
  if (value == nullptr) value = type.FindValueByName(Prefix(type) + text);
  if (value != nullptr) return std::int64_t{value->number()};
  std::string names;
  for (int i = 0; i < type.value_count(); ++i) names += (i == 0 ? "" : ", ") + type.value(i)->name();
  return InvalidArgument(fmt::format("expected one of {}, found {}", names, Quote(text)));
}

template <typename Number>
StatusOr<FieldPath::Key> ParseNumber(const std::string& text, const char* what) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  return InvalidArgument(fmt::format("expected {}, found {}", what, Quote(text)));
}

StatusOr<FieldPath::Key> ParseMoment(const FieldDescriptor& field, const std::string& text) {
  google::protobuf::Timestamp time;
  google::protobuf::Duration duration;
  if (IsTime(field)) {
    if (TimeUtil::FromString(text, &time)) return Nanoseconds(time);
    return InvalidArgument(fmt::format("expected a time like 2026-01-31T12:00:00Z, found {}", Quote(text)));
  }
  if (TimeUtil::FromString(text, &duration)) return Nanoseconds(duration);
  return InvalidArgument(fmt::format("expected a duration like 1.5s, found {}", Quote(text)));
}

}  // namespace

StatusOr<FieldPath::Key> FieldPath::ParseValue(const std::string& text) const {
  const FieldDescriptor& field = leaf();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      return ParseNumber<std::int64_t>(text, "an integer");
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return ParseNumber<std::uint64_t>(text, "an integer, 0 or more");
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return ParseNumber<double>(text, "a number");
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text == "true" || text == "false") return std::int64_t{text == "true"};
      return InvalidArgument(fmt::format("expected true or false, found {}", Quote(text)));
    case FieldDescriptor::CPPTYPE_ENUM:
      return ParseEnumValue(*field.enum_type(), text);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ParseMoment(field, text);
    case FieldDescriptor::CPPTYPE_STRING:
      break;
  }
  return text;
}

}  // namespace wampgate::config
