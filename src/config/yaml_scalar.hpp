#pragma once

#include <string_view>

#include "config/value.hpp"

namespace wampgate::config {

/// What a plain scalar means by the core schema of YAML 1.2 (section 10.3.2): null, true, 0o17, 0x1F, 1.5,
/// .inf, text.
Value TypePlainScalar(std::string_view text);

}  // namespace wampgate::config
