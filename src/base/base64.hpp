#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Base64 of RFC 4648 section 4 (standard alphabet, padded).
namespace wampgate {

constexpr std::size_t Base64Length(std::size_t octets) {
  return (octets + 2) / 3 * 4;
}

/// Writes Base64Length(octets.size()) characters to `out`; returns how many.
std::size_t EncodeBase64(std::string_view octets, char* out);
std::string EncodeBase64(std::string_view octets);

/// Strict: padding where it belongs, unused bits 0, no other character (also no line break). Writes at most
/// text.size() / 4 * 3 octets to `out`, which may be where `text` begins; returns how many, or nothing if
/// `text` is not base64 (`out` may then hold a part).
std::optional<std::size_t> DecodeBase64(std::string_view text, char* out);
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace wampgate
