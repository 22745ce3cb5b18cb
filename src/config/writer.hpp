#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "config/value.hpp"

namespace wampgate::config {

/// A message in the vocabulary of config.proto: "type" first, then fields in the order of the schema, maps
/// sorted. What Read makes of it is the same message.
Value ToDocument(const google::protobuf::Message& message);

/// As YAML; its scalars mean the same in YAML 1.1 and 1.2.
std::string ToYaml(const Value& value);

}  // namespace wampgate::config
