#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wampgate::websocket {

/// The elements of a comma-separated header value, without the blanks around them; empty ones are left out
/// (RFC 9110 5.6.1).
std::vector<std::string_view> SplitFieldList(std::string_view value);

/// Whether `token` is among them, case not counted.
bool HasFieldToken(std::string_view value, std::string_view token);

bool EqualsIgnoringCase(std::string_view a, std::string_view b);
std::string LowerCaseAscii(std::string_view text);

/// A piece of what a peer sent, fit to be quoted in a status line or a log: at most 200 characters, none of
/// them a control character or outside ASCII.
std::string Printable(std::string_view text);

}  // namespace wampgate::websocket
