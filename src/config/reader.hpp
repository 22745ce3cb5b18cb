#pragma once

#include <google/protobuf/message.h>

#include "config/problem.hpp"
#include "config/value.hpp"

namespace wampgate::config {

/// Fills `message` from a document in the vocabulary of config.proto and reports everything that does not
/// fit: unknown keys, wrong types, values and keys of Crossbar that are without effect or not supported. What
/// does not fit is left unset. Ranges and required fields are CheckFields' part, which looks at messages from
/// wherever they come.
void Read(const Value& document, google::protobuf::Message& message, Problems& problems);

/// Gives the problems that have no line yet the place of their path in `document`, or of the nearest
/// enclosing object.
void Locate(const Value& document, Problems& problems);

}  // namespace wampgate::config
