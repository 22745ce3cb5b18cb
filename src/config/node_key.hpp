#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wampgate::config {

/// The node's public key, lower-case hexadecimal, out of the text of a Crossbar node's `key.pub` (spec 7.6):
/// after the first blank line a line "public-key-ed25519: <64 hexadecimal digits>". nullopt: there is none.
std::optional<std::string> PublicKeyOf(std::string_view key_file);

}  // namespace wampgate::config
