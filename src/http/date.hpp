#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace wampgate::http {

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7).
std::string FormatDate(std::time_t time);
/// The present time in that form; formatted once per second and thread. Valid until the thread's next call.
std::string_view CurrentDate();
/// IMF-fixdate and the two obsolete forms; nothing for anything else.
std::optional<std::time_t> ParseDate(std::string_view text);

}  // namespace wampgate::http
