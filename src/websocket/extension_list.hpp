#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"

namespace wampgate::websocket {

/// `name` or `name=value`; quoted values are unquoted.
struct ExtensionParameter {
  std::string name;
  std::optional<std::string> value;
  bool operator==(const ExtensionParameter&) const = default;
};

/// One element of a Sec-WebSocket-Extensions header; names are lower-case.
struct Extension {
  std::string name;
  std::vector<ExtensionParameter> parameters;
  bool operator==(const Extension&) const = default;
};

/// Reads a Sec-WebSocket-Extensions header, offer or answer (RFC 6455 9.1).
StatusOr<std::vector<Extension>> ParseExtensionList(std::string_view header);

}  // namespace wampgate::websocket
