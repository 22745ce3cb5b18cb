#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wampgate::http {

/// A request target taken apart (RFC 9112 3.2).
struct Target {
  std::string authority;              ///< of the absolute form, else empty
  std::string path;                   ///< as received; "*" for the asterisk form
  std::string query;                  ///< without '?'
  std::vector<std::string> segments;  ///< percent-decoded; none for the asterisk form
};

/// Takes the origin form, the absolute form with http or https, and "*" for OPTIONS. Nothing for other forms,
/// for a fragment and for a '%' without two hexadecimal digits behind it.
std::optional<Target> ParseTarget(std::string_view method, std::string_view target);

/// Nothing if a '%' is not followed by two hexadecimal digits. '+' stays '+'.
std::optional<std::string> PercentDecode(std::string_view text);

/// Escapes one path segment: everything but RFC 3986's unreserved characters.
std::string PercentEncode(std::string_view segment);

}  // namespace wampgate::http
