#include "config/field_check.hpp"

#include <fmt/format.h>

#include <cmath>

#include "config/scalar.hpp"
#include "config/spelling.hpp"
#include "wampgate/v1/options.pb.h"

namespace wampgate::config {
namespace {

class Checker {
 public:
  explicit Checker(Problems& problems) : problems_(problems) {}

  void CheckMessage(const Message& message, const Where& where) {
    const Descriptor& type = *message.GetDescriptor();
    const auto* reflection = message.GetReflection();
    if (const OneofDescriptor* oneof = TypeOf(type)) CheckType(message, *oneof, where);
    for (const FieldDescriptor* field : FieldsInParent(type))
      CheckMessage(reflection->GetMessage(message, field), where);
    for (const FieldDescriptor* field : KeyedFields(type)) {
      const Where at = IsAlternatives(type) ? where : where.Key(KeyOf(*field));
      if (field->is_repeated()) {
        CheckList(message, *field, at);
      } else if (reflection->HasField(message, field)) {
        CheckSingular(message, *field, at);
      } else if (field->options().GetExtension(v1::required)) {
        Error(at, fmt::format("missing; expected {}", Expectation(*field)));
      }
    }
  }

 private:
  void Error(const Where& where, std::string message) {
    problems_.push_back({Severity::kError, where.text(), std::move(message)});
  }

  void CheckType(const Message& message, const OneofDescriptor& oneof, const Where& where) {
    if (const FieldDescriptor* member = SelectedMember(message)) {
      CheckMessage(message.GetReflection()->GetMessage(message, member), where);
    } else {
      Error(where.Key("type"), fmt::format("missing; expected {}", Expectation(oneof)));
    }
  }

  void CheckSingular(const Message& message, const FieldDescriptor& field, const Where& where) {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      CheckMessage(message.GetReflection()->GetMessage(message, &field), where);
    } else {
      CheckScalar(GetScalar(message, field), field, where);
    }
  }

  void CheckList(const Message& message, const FieldDescriptor& field, const Where& where) {
    const auto* reflection = message.GetReflection();
    for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
      if (field.is_map()) {
        const Message& entry = reflection->GetRepeatedMessage(message, &field, i);
        const std::string key = entry.GetReflection()->GetString(entry, field.message_type()->map_key());
        CheckSingular(entry, *field.message_type()->map_value(), where.Key(key));
      } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        CheckMessage(reflection->GetRepeatedMessage(message, &field, i),
                     where.Index(static_cast<std::size_t>(i)));
      } else {
        CheckScalar(GetElement(message, field, i), field, where.Index(static_cast<std::size_t>(i)));
      }
    }
  }

  void CheckScalar(const Value& value, const FieldDescriptor& field, const Where& where) {
    bool good = true;
    if (field.options().HasExtension(v1::range)) {
      good = InRange(value, field.options().GetExtension(v1::range));
    } else if (field.enum_type() != nullptr) {
      good = ParseEnum(*field.enum_type(), value.text) != nullptr;
    }
    if (!good) Error(where, fmt::format("expected {}, found {}", ElementExpectation(field), Describe(value)));
  }

  static bool InRange(const Value& value, const v1::Range& range) {
    if (value.kind == Value::Kind::kNull) return true;
    if (value.kind == Value::Kind::kFloat) {
      return std::isfinite(value.number) && value.number >= static_cast<double>(range.min()) &&
             value.number <= static_cast<double>(range.max());
    }
    const auto magnitude = static_cast<std::int64_t>(value.magnitude);  // of an int32
    const std::int64_t number = value.negative ? -magnitude : magnitude;
    return (number >= range.min() && number <= range.max()) || (range.or_zero() && number == 0);
  }

  Problems& problems_;
};

}  // namespace

void CheckFields(const google::protobuf::Message& message, Problems& problems) {
  Checker(problems).CheckMessage(message, {});
}

}  // namespace wampgate::config
