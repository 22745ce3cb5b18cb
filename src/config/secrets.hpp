#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "config/problem.hpp"

/// Values that may be written but not read back (the field option `secret`). They leave the node as
/// `<secret:HASH8>`.
namespace wampgate::config {

/// `<secret:` and eight hexadecimal digits of a hash of the value, `>`.
std::string SecretPlaceholder(std::string_view value);

/// Replaces every secret by its placeholder.
void HideSecrets(google::protobuf::Message& message);

/// Whether a secret is a placeholder.
bool HasPlaceholders(google::protobuf::Message& message);

/// Replaces every placeholder by the secret of `running` that it stands for; one that stands for none is an
/// error.
void RestoreSecrets(const google::protobuf::Message& running, google::protobuf::Message& message,
                    Problems& problems);

}  // namespace wampgate::config
