#pragma once

#include "config/spelling.hpp"
#include "config/value.hpp"

namespace wampgate::config {

/// Sets a scalar field, or adds to a list of scalars, if the value is of the field's type: integers without
/// loss, numbers from integers, no booleans for numbers, `null` where the field gives it a meaning. False: it
/// is not; nothing is set.
bool SetScalar(const Value& value, Message& message, const FieldDescriptor& field);

/// The value of a singular scalar field as it is spelled.
Value GetScalar(const Message& message, const FieldDescriptor& field);
/// The same for an element of a list.
Value GetElement(const Message& message, const FieldDescriptor& field, int index);

}  // namespace wampgate::config
