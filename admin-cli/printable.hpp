#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wampgate::ctl {

/// With control characters, those that steer a terminal or turn its text around, and broken UTF-8 as \xHH.
/// Texts of clients and backends are printed no other way.
std::string Printable(std::string_view text);

/// Printable, and of at most `most` characters, the last of them "…" if some are missing.
std::string Shortened(std::string_view text, std::size_t most);

/// How many columns of a terminal a printable text takes.
std::size_t Columns(std::string_view printable);

}  // namespace wampgate::ctl
