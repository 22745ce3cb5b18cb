#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"

namespace wampgate::websocket {

/// An Origin header (RFC 6454), normalised as in spec 2.2.1.
struct Origin {
  bool is_null = false;    ///< "null", or of the scheme `file`
  std::string full;        ///< "https://example.com:443"; port "None" where neither given nor known
  std::string short_form;  ///< without the scheme's default port; the same as `full` where there is none
};

/// Errors are worded as in spec 2.2.1.
StatusOr<Origin> ParseOrigin(std::string_view header);

/// Whether one of the wildcard patterns matches the origin in full, with or without its default port. In a
/// pattern
/// '*' stands for any run of characters, every other character for itself.
bool MatchesOrigin(const std::vector<std::string>& patterns, const Origin& origin);

}  // namespace wampgate::websocket
